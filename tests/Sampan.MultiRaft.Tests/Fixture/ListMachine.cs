using System.Text;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.MultiRaft.Tests.Fixture;

/// <summary>
/// A state machine that keeps every command. A command "throw" throws, "clear" empties it; a result is the number of
/// commands. A snapshot of an empty one has no files.
/// </summary>
internal sealed class ListMachine : IStateMachine
{
    private readonly List<string> _commands = [];

    /// <summary>A machine in memory, or, with what it had applied, a durable one.</summary>
    public ListMachine(IReadOnlyList<string>? commands = null, ulong appliedIndex = 0)
    {
        _commands.AddRange(commands ?? []);
        AppliedIndex = appliedIndex;
        LastIndex = appliedIndex;
    }

    /// <inheritdoc/>
    public ulong AppliedIndex { get; }

    /// <summary>What else happens with each command.</summary>
    public Action? OnCommand { get; init; }

    /// <summary>What else happens with each read.</summary>
    public Action<string>? OnRead { get; set; }

    /// <summary>How often a snapshot took the place of its state.</summary>
    public int Installs { get; private set; }

    /// <summary>Everything that was applied, in order.</summary>
    public IReadOnlyList<string> Commands => _commands;

    /// <summary>The index of the last entry that was applied.</summary>
    public ulong LastIndex { get; private set; }

    /// <inheritdoc/>
    public void Apply(ApplyContext context, ReadOnlySpan<Command> commands)
    {
        for (var i = 0; i < commands.Length; i++)
        {
            OnCommand?.Invoke();
            var text = Encoding.UTF8.GetString(commands[i].Payload.Span);
            if (string.Equals(text, "throw", StringComparison.Ordinal))
            {
                throw new InvalidOperationException("the command said so");
            }

            if (string.Equals(text, "clear", StringComparison.Ordinal))
            {
                _commands.Clear();
            }
            else
            {
                _commands.Add(text);
            }

            if (context.IsResultWanted(i))
            {
                context.SetResult(i, BitConverter.GetBytes(_commands.Count));
            }
        }

        Assert.True(context.LastIndex > LastIndex);
        LastIndex = context.LastIndex;
    }

    /// <inheritdoc/>
    public void Read(ReadContext context, ReadOnlyMemory<byte> query)
    {
        OnRead?.Invoke(Encoding.UTF8.GetString(query.Span));
        context.Return(BitConverter.GetBytes(_commands.Count));
    }

    /// <summary>How many frozen states are held.</summary>
    public int Frozen { get; private set; }

    /// <inheritdoc/>
    public ISnapshotWriter BeginSnapshot()
    {
        Frozen++;
        return new Writer([.. _commands], () => Frozen--);
    }

    /// <inheritdoc/>
    public void Install(ISnapshotSource snapshot)
    {
        Installs++;
        _commands.Clear();
        foreach (var file in snapshot.Files)
        {
            var bytes = new byte[file.LengthBytes];
            Assert.Equal(bytes.Length, snapshot.Read(file.Name, 0, bytes));
            if (bytes.Length > 0)
            {
                _commands.AddRange(Encoding.UTF8.GetString(bytes).Split('\n'));
            }
        }

        LastIndex = snapshot.Meta.Last.Index;
    }

    private sealed class Writer(string[] commands, Action disposed) : ISnapshotWriter
    {
        private bool _begun;

        public bool WriteNext(ISnapshotSink sink)
        {
            if (commands.Length == 0)
            {
                return false;
            }

            if (!_begun)
            {
                _begun = true;
                sink.BeginFile("commands");
                return true;
            }

            sink.Write(Encoding.UTF8.GetBytes(string.Join('\n', commands)));
            return false;
        }

        public void Dispose() => disposed();
    }
}
