using Sampan.Model;

namespace Sampan.MultiRaft.Abstractions;

/// <summary>The right to look at a state machine, for one call of <see cref="IStateMachine.Read"/>.</summary>
public sealed class ReadContext
{
    /// <summary>The last entry that is applied.</summary>
    public LogId Applied { get; private set; }

    /// <summary>The answer, if it was given at once.</summary>
    public ReadOnlyMemory<byte> Answer { get; private set; }

    /// <summary>The view, if the answer is to be read from one; whoever asked disposes it.</summary>
    public IDisposable? View { get; private set; }

    /// <summary>Prepares the context for a call; for whoever calls state machines.</summary>
    public void Begin(LogId applied)
    {
        Applied = applied;
        Answer = default;
        View = null;
    }

    /// <summary>Answers at once.</summary>
    public void Return(ReadOnlyMemory<byte> answer) => Answer = answer;

    /// <summary>Answers by a frozen view.</summary>
    public void Return(IDisposable view) => View = view;
}
