using System.Numerics;
using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Simulation.Checks;

namespace Sampan.Simulation.Workloads;

/// <summary>
/// Registers that are written and read, in memory. It keeps a hash of its whole history and reports every command to
/// the group's checker.
/// </summary>
internal sealed class RegisterMachine : ISimulatedMachine
{
    /// <summary>The file of its snapshots.</summary>
    public const string FileName = "simulated-registers";

    private readonly StoreId _store;
    private readonly ApplyChecker _checker;
    private readonly SortedDictionary<ulong, Register> _registers = [];

    /// <summary>A machine without registers.</summary>
    public RegisterMachine(StoreId store, ApplyChecker checker)
    {
        _store = store;
        _checker = checker;
    }

    /// <inheritdoc/>
    public ulong AppliedIndex => 0;

    /// <inheritdoc/>
    public ulong LastIndex { get; private set; }

    /// <inheritdoc/>
    public ulong Hash { get; private set; }

    /// <inheritdoc/>
    public void Apply(ApplyContext context, ReadOnlySpan<Command> commands)
    {
        for (var i = 0; i < commands.Length; i++)
        {
            var (key, value) = RegisterCodec.Decode(commands[i].Payload.Span);
            var position = commands[i].Position;
            Invariant.Holds(position.Index > LastIndex, position.Index, LastIndex);
            LastIndex = position.Index;
            Mix(position.Index, position.Term, key, value);
            _registers.TryGetValue(key, out var before);
            _registers[key] = new Register(key, value, position.Index);
            _checker.Applied(_store, position, new AppliedWrite(position.Term, key, value, Hash));
            if (context.IsResultWanted(i))
            {
                context.SetResult(i, RegisterCodec.Encode(before.Value, before.Index));
            }
        }

        Invariant.Holds(context.LastIndex >= LastIndex, context.LastIndex, LastIndex);
        LastIndex = context.LastIndex;
    }

    /// <inheritdoc/>
    public void Read(ReadContext context, ReadOnlyMemory<byte> query)
    {
        var (key, _) = RegisterCodec.Decode(query.Span);
        _registers.TryGetValue(key, out var register);
        context.Return(RegisterCodec.Encode(register.Value, register.Index));
    }

    /// <inheritdoc/>
    public ISnapshotWriter BeginSnapshot() => new Writer(Hash, [.. _registers.Values]);

    /// <inheritdoc/>
    public void Install(ISnapshotSource snapshot)
    {
        var bytes = new byte[snapshot.Files
            .Single(file => string.Equals(file.Name, FileName, StringComparison.Ordinal)).LengthBytes];
        Invariant.Holds(snapshot.Read(FileName, 0, bytes) == bytes.Length);
        (Hash, var count) = RegisterCodec.Decode(bytes);
        LastIndex = snapshot.Meta.Last.Index;
        _registers.Clear();
        for (var i = 0; i < (int)count; i++)
        {
            var at = bytes.AsSpan(RegisterCodec.PairBytes + (i * 2 * RegisterCodec.PairBytes));
            var (key, value) = RegisterCodec.Decode(at);
            var (index, _) = RegisterCodec.Decode(at[RegisterCodec.PairBytes..]);
            _registers.Add(key, new Register(key, value, index));
        }

        if (count > 0)
        {
            _checker.Installed(_store, _registers.Values.Max(register => register.Index), Hash);
        }
    }

    private void Mix(ulong index, ulong term, ulong key, ulong value)
    {
        foreach (var fact in (ReadOnlySpan<ulong>)[index, term, key, value])
        {
            Hash = BitOperations.RotateLeft((Hash ^ fact) * 0x9E3779B97F4A7C15UL, 31);
        }
    }

    private sealed class Writer(ulong hash, Register[] registers) : ISnapshotWriter
    {
        private const int PartCount = 4;
        private int _written;
        private bool _hasBegun;

        public bool WriteNext(ISnapshotSink sink)
        {
            if (!_hasBegun)
            {
                _hasBegun = true;
                sink.BeginFile(FileName);
                sink.Write(RegisterCodec.Encode(hash, (ulong)registers.Length));
            }

            for (var i = 0; i < PartCount && _written < registers.Length; i++, _written++)
            {
                sink.Write(RegisterCodec.Encode(registers[_written].Key, registers[_written].Value));
                sink.Write(RegisterCodec.Encode(registers[_written].Index, 0));
            }

            return _written < registers.Length;
        }

        public void Dispose()
        {
        }
    }
}
