using Sampan.Base;

namespace Sampan.MultiRaft.Abstractions;

/// <summary>The right to change a state machine, for one call of <see cref="IStateMachine.Apply"/>.</summary>
public sealed class ApplyContext
{
    private readonly List<ReadOnlyMemory<byte>> _results = [];
    private readonly List<bool> _wanted = [];

    /// <summary>What counts as applied when the call returns.</summary>
    public ulong LastIndex { get; private set; }

    /// <summary>The time stamp of the last entry of the call: the deterministic clock.</summary>
    public long TimeTicks { get; private set; }

    /// <summary>
    /// Whether somebody at this store waits for the result of the command at this position of the batch.
    /// </summary>
    public bool IsResultWanted(int position) => _wanted[position];

    /// <summary>
    /// Gives the result of the command at this position; at most once. Without one the result is empty.
    /// </summary>
    public void SetResult(int position, ReadOnlyMemory<byte> result)
    {
        Invariant.Holds(position < _results.Count);
        _results[position] = result;
    }

    /// <summary>Prepares the context for a call; for whoever calls state machines.</summary>
    public void Begin(ulong lastIndex, long timeTicks)
    {
        LastIndex = lastIndex;
        TimeTicks = timeTicks;
        _results.Clear();
        _wanted.Clear();
    }

    /// <summary>Adds a command to the call; for whoever calls state machines.</summary>
    public void Add(bool isResultWanted)
    {
        _results.Add(ReadOnlyMemory<byte>.Empty);
        _wanted.Add(isResultWanted);
    }

    /// <summary>The result of the command at this position; for whoever calls state machines.</summary>
    public ReadOnlyMemory<byte> ResultOf(int position) => _results[position];
}
