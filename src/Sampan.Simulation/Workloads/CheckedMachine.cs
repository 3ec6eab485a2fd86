using System.Runtime.InteropServices;
using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Simulation.Checks;

namespace Sampan.Simulation.Workloads;

/// <summary>
/// A user's state machine beside registers: a command is a write of a register, which the simulator follows, and behind
/// it the bytes for the user's machine. Whatever that one says is compared between replicas.
/// </summary>
internal sealed class CheckedMachine : ISimulatedMachine
{
    private readonly StoreId _store;
    private readonly MachineChecker _checker;
    private readonly RegisterMachine _registers;
    private readonly IStateMachine _machine;
    private readonly ulong _compareEvery;
    private readonly ApplyContext _apply = new();
    private readonly ReadContext _read = new();
    private readonly List<Command> _commands = [];

    /// <summary>A machine of a replica that was created just now.</summary>
    public CheckedMachine(StoreId store, GroupChecker checkers, IStateMachine machine, int compareEvery)
    {
        Invariant.Holds(machine.AppliedIndex == 0);
        _store = store;
        _checker = checkers.Machines;
        _registers = new RegisterMachine(store, checkers.Applies);
        _machine = machine;
        _compareEvery = (ulong)compareEvery;
    }

    /// <inheritdoc/>
    public ulong AppliedIndex => 0;

    /// <inheritdoc/>
    public ulong LastIndex => _registers.LastIndex;

    /// <inheritdoc/>
    public ulong Hash
    {
        get
        {
            // Says what is wrong where replicas differ.
            var digest = Digest(LastIndex);
            _checker.Stood(_store, LastIndex, digest);
            return Fingerprint.Mix(_registers.Hash, digest);
        }
    }

    /// <inheritdoc/>
    public void Apply(ApplyContext context, ReadOnlySpan<Command> commands)
    {
        _registers.Apply(context, commands);

        // In pieces that end where replicas compare: batches are cut differently on each of them.
        var begin = 0;
        for (var i = 0; i < commands.Length; i++)
        {
            if (i + 1 == commands.Length || commands[i].Position.Index % _compareEvery == 0)
            {
                var isLast = i + 1 == commands.Length;
                var lastIndex = isLast ? context.LastIndex : commands[i].Position.Index;
                ApplyPiece(context, commands[begin..(i + 1)], begin, lastIndex);
                begin = i + 1;
            }
        }

        if (commands.Length == 0)
        {
            ApplyPiece(context, [], 0, context.LastIndex);
        }
    }

    /// <inheritdoc/>
    public void Read(ReadContext context, ReadOnlyMemory<byte> query)
    {
        _registers.Read(context, query);
        var inner = query[RegisterCodec.PairBytes..];
        if (inner.IsEmpty)
        {
            return;
        }

        _read.Begin(context.Applied);
        Guard("Read", () => _machine.Read(_read, inner));
        _read.View?.Dispose();
        _checker.Answered(_store, LastIndex, inner.Span, _read.Answer.Span);
    }

    /// <inheritdoc/>
    public ISnapshotWriter BeginSnapshot() => new Writer(_registers.BeginSnapshot(), _machine.BeginSnapshot());

    /// <inheritdoc/>
    public void Install(ISnapshotSource snapshot)
    {
        _registers.Install(snapshot);
        Guard("Install", () => _machine.Install(new Source(snapshot)));
        _checker.Stood(_store, LastIndex, Digest(LastIndex));
    }

    private void ApplyPiece(ApplyContext context, ReadOnlySpan<Command> commands, int offset, ulong lastIndex)
    {
        _apply.Begin(lastIndex, context.TimeTicks);
        _commands.Clear();
        foreach (var command in commands)
        {
            // Every result is asked for, so that all replicas can be compared.
            _apply.Add(isResultWanted: true);
            _commands.Add(command with { Payload = command.Payload[RegisterCodec.PairBytes..] });
        }

        Guard("Apply", () => _machine.Apply(_apply, CollectionsMarshal.AsSpan(_commands)));
        for (var i = 0; i < commands.Length; i++)
        {
            _checker.Resulted(_store, commands[i].Position.Index, _apply.ResultOf(i).Span);
        }

        if (commands.Length > 0 && commands[^1].Position.Index % _compareEvery == 0)
        {
            _checker.Stood(_store, commands[^1].Position.Index, Digest(commands[^1].Position.Index));
        }
    }

    private ulong Digest(ulong index)
    {
        var meta = new SnapshotMeta(new LogId(0, index), new ConfigurationEntry(0, Configuration.Empty), timeTicks: 0);
        var hash = 0UL;
        Guard("BeginSnapshot", () => hash = SnapshotDigest.Of(meta, _machine.BeginSnapshot()));
        return hash;
    }

    // Whatever a user's machine throws ends the simulation with a sentence, not with a group that stands still.
    private void Guard(string call, Action action)
    {
        try
        {
            action();
        }
        catch (Exception cause) when (cause is not SimulationFailedException)
        {
            _checker.Threw(_store, LastIndex, call, cause);
        }
    }

    private sealed class Writer(ISnapshotWriter registers, ISnapshotWriter machine) : ISnapshotWriter
    {
        private bool _areRegistersWritten;

        public bool WriteNext(ISnapshotSink sink)
        {
            if (_areRegistersWritten)
            {
                return machine.WriteNext(sink);
            }

            _areRegistersWritten = !registers.WriteNext(sink);
            return true;
        }

        public void Dispose()
        {
            registers.Dispose();
            machine.Dispose();
        }
    }

    // What the user's machine has written, without the registers.
    private sealed class Source(ISnapshotSource snapshot) : ISnapshotSource
    {
        public SnapshotMeta Meta => snapshot.Meta;

        public ReadOnlyMemory<byte> Manifest => snapshot.Manifest;

        public IReadOnlyList<SnapshotFile> Files { get; } = [.. snapshot.Files.Where(IsOfMachine)];

        public int Read(string file, long offsetBytes, Span<byte> into) => snapshot.Read(file, offsetBytes, into);

        public void Dispose() => snapshot.Dispose();

        private static bool IsOfMachine(SnapshotFile file) =>
            !string.Equals(file.Name, RegisterMachine.FileName, StringComparison.Ordinal);
    }
}
