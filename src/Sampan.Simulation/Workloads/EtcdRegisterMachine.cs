using Google.Protobuf;
using Sampan.Base;
using Sampan.Etcd.Machine;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Protocol.Etcd;
using Sampan.Simulation.Checks;

namespace Sampan.Simulation.Workloads;

/// <summary>
/// Registers as keys of etcd's state machine. A write becomes a put or a transaction of some shape, always exactly one
/// revision; beside it keys come and go, revisions are compacted and nonsense is refused. After every command the
/// checksum of all versions must be the same on all replicas, however far each has got with its compaction.
/// </summary>
internal sealed class EtcdRegisterMachine : ISimulatedMachine
{
    private const int ShapeCount = 6;
    private const long RevisionsKept = 12;

    private static readonly ByteString RegistersStart = ByteString.CopyFromUtf8("r");
    private static readonly ByteString RegistersEnd = ByteString.CopyFromUtf8("s");
    private static readonly ByteString OthersStart = ByteString.CopyFromUtf8("x");
    private static readonly ByteString OthersEnd = ByteString.CopyFromUtf8("y");

    private readonly StoreId _store;
    private readonly ApplyChecker _checker;
    private readonly IStateMachine _machine;
    private readonly ApplyContext _apply = new();
    private readonly ReadContext _read = new();
    private long _revision = 1;

    /// <summary>A machine without keys.</summary>
    public EtcdRegisterMachine(StoreId store, GroupId group, ApplyChecker checker)
    {
        _store = store;
        _checker = checker;
        // Bounds that make most ranges and compactions take their longer way.
        _machine = new EtcdMachineFactory(new EtcdMachineOptions
        {
            ClusterId = 1,
            MemberId = store.Value,
            PageKeysMax = 1,
            CompactionStepVersions = 2,
        }).Create(group);
    }

    /// <inheritdoc/>
    public ulong AppliedIndex => _machine.AppliedIndex;

    /// <inheritdoc/>
    public ulong LastIndex { get; private set; }

    /// <inheritdoc/>
    public ulong Hash => Checksum().Hash;

    /// <inheritdoc/>
    public void Apply(ApplyContext context, ReadOnlySpan<Command> commands)
    {
        for (var i = 0; i < commands.Length; i++)
        {
            var position = commands[i].Position;
            Invariant.Holds(position.Index > LastIndex, position.Index, LastIndex);
            LastIndex = position.Index;
            var (key, value) = RegisterCodec.Decode(commands[i].Payload.Span);
            Disturb(position, value);
            var error = Apply(position, Write(key, value, position.Index), context.IsResultWanted(i));
            Invariant.Holds(error == EtcdError.None);
            var sum = Checksum();
            if (sum.Header.Revision != _revision + 1)
            {
                throw new SimulationFailedException(
                    $"store {_store}: the write at {position} made revision {sum.Header.Revision} of {_revision}");
            }

            _revision++;
            _checker.Applied(_store, position, new AppliedWrite(position.Term, key, value, sum.Hash));
        }

        Invariant.Holds(context.LastIndex >= LastIndex, context.LastIndex, LastIndex);
        LastIndex = context.LastIndex;
    }

    /// <inheritdoc/>
    public void Read(ReadContext context, ReadOnlyMemory<byte> query)
    {
        var (key, _) = RegisterCodec.Decode(query.Span);
        var name = NameOf(key);

        // Half of them by a range that is answered from a view; and each takes a compaction here a step further.
        var request = key % 2 == 0
            ? new RangeRequest { Key = name }
            : new RangeRequest { Key = RegistersStart, RangeEnd = RegistersEnd };
        var response = Ask(context.Applied, EtcdQueryKind.Range, request, RangeResponse.Parser);
        Step();
        var found = response.Kvs.FirstOrDefault(pair => pair.Key == name);
        context.Return(found is null ? RegisterCodec.Encode(0, 0) : found.Value.ToByteArray());
    }

    /// <inheritdoc/>
    public ISnapshotWriter BeginSnapshot() => _machine.BeginSnapshot();

    /// <inheritdoc/>
    public void Install(ISnapshotSource snapshot)
    {
        _machine.Install(snapshot);
        LastIndex = snapshot.Meta.Last.Index;
        _revision = Checksum().Header.Revision;
    }

    // What makes no revision: compactions, most of them refused, and bytes that are no command.
    private void Disturb(LogId position, ulong value)
    {
        if (value % 5 == 0)
        {
            var compaction = new CompactionRequest { Revision = _revision - RevisionsKept };
            Apply(position, EtcdCodec.Encode(EtcdCommandKind.Compaction, compaction.ToByteArray()), isWanted: true);
        }

        if (value % 7 == 0)
        {
            var error = Apply(position, [(byte)EtcdCommandKind.Txn, byte.MaxValue, (byte)value], isWanted: true);
            Invariant.Holds(error == EtcdError.Malformed);
        }
    }

    private static byte[] Write(ulong key, ulong value, ulong index)
    {
        var put = new PutRequest
        {
            Key = NameOf(key),
            Value = ByteString.CopyFrom(RegisterCodec.Encode(value, index)),
            PrevKv = true,
        };
        var other = new RequestOp { RequestPut = new PutRequest { Key = OtherOf(value), Value = put.Value } };
        var deletion = new RequestOp
        {
            RequestDeleteRange = new DeleteRangeRequest { Key = OtherOf(value), RangeEnd = OthersEnd, PrevKv = true },
        };
        var read = new RequestOp { RequestRange = new RangeRequest { Key = OthersStart, RangeEnd = OthersEnd } };
        var write = new RequestOp { RequestPut = put };
        var txn = (value % ShapeCount) switch
        {
            0 => new TxnRequest { Success = { other, read, write } },
            1 => new TxnRequest { Success = { deletion, write, read } },
            2 => new TxnRequest
            {
                Compare = { new Compare { Key = put.Key, Target = Compare.Types.CompareTarget.Create } },
                Success = { write, other },
                Failure = { new RequestOp { RequestTxn = new TxnRequest { Success = { write, read } } } },
            },
            _ => null,
        };
        return txn is null
            ? EtcdCodec.Encode(EtcdCommandKind.Put, put.ToByteArray())
            : EtcdCodec.EncodeTxn(keysMax: long.MaxValue, txn.ToByteArray());
    }

    private EtcdError Apply(LogId position, byte[] command, bool isWanted)
    {
        _apply.Begin(position.Index, timeTicks: 0);
        _apply.Add(isWanted);
        _machine.Apply(_apply, [new Command(position, 0, command)]);
        return isWanted ? EtcdCodec.Decode(_apply.ResultOf(0), out _) : EtcdError.None;
    }

    private HashKVResponse Checksum() =>
        Ask(new LogId(0, LastIndex), EtcdQueryKind.HashKv, new HashKVRequest(), HashKVResponse.Parser);

    private void Step()
    {
        _read.Begin(new LogId(0, LastIndex));
        _machine.Read(_read, EtcdCodec.Encode(EtcdQueryKind.CompactionStep, []));
    }

    private T Ask<T>(LogId applied, EtcdQueryKind kind, IMessage query, MessageParser<T> parser)
        where T : IMessage<T>
    {
        _read.Begin(applied);
        _machine.Read(_read, EtcdCodec.Encode(kind, query.ToByteArray()));
        using var view = _read.View;
        var answer = view is DeferredAnswer deferred ? deferred.Read().Write() : _read.Answer;
        var error = EtcdCodec.Decode(answer, out var bytes);
        Invariant.Holds(error == EtcdError.None);
        return parser.ParseFrom(bytes.Span);
    }

    private static ByteString NameOf(ulong key) => ByteString.CopyFromUtf8($"r{key}");

    private static ByteString OtherOf(ulong value) => ByteString.CopyFromUtf8($"x{value % 8}");
}
