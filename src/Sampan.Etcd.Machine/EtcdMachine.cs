using Google.Protobuf;
using Sampan.Base;
using Sampan.Engine;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Mvcc;
using Sampan.Protocol.Etcd;
using Member = Sampan.Protocol.Etcd.Member;

namespace Sampan.Etcd.Machine;

/// <summary>
/// etcd's keys as a replicated state machine. Commands and queries are <see cref="EtcdCodec"/>'s bytes; what cannot be
/// done is a result that says so, the same on every replica, and changes nothing.
/// </summary>
internal sealed class EtcdMachine : IStateMachine
{
    private readonly EtcdMachineOptions _options;
    private readonly MvccStore _store = new(new BTreeEngine(), new BTreeEngine());
    private readonly SortedDictionary<ulong, Member> _members = [];

    /// <summary>A machine without keys.</summary>
    public EtcdMachine(EtcdMachineOptions options) => _options = options;

    /// <inheritdoc/>
    public ulong AppliedIndex => 0;

    /// <inheritdoc/>
    public void Apply(ApplyContext context, ReadOnlySpan<Command> commands)
    {
        for (var i = 0; i < commands.Length; i++)
        {
            var error = Apply(commands[i], out var response);
            if (context.IsResultWanted(i))
            {
                context.SetResult(i, ResultOf(error, response, commands[i].Position.Term));
            }
        }

        _store.RunCompactionStep(_options.CompactionStepVersions);
    }

    /// <inheritdoc/>
    public void Read(ReadContext context, ReadOnlyMemory<byte> query)
    {
        var term = context.Applied.Term;
        var message = query.IsEmpty ? default : query.Span[1..];
        switch (query.IsEmpty ? default : (EtcdQueryKind)query.Span[0])
        {
            case EtcdQueryKind.Range when TryParse(RangeRequest.Parser, message, out var range):
                Read(context, range);
                break;
            case EtcdQueryKind.Txn when TryParse(TxnRequest.Parser, message, out var txn):
                var error = ReadTxn(txn, out var response);
                context.Return(ResultOf(error, response, term));
                break;
            case EtcdQueryKind.HashKv when TryParse(HashKVRequest.Parser, message, out var hash):
                context.Return(new DeferredAnswer(_store.Freeze(), view => HashOf(view, hash.Revision, term)));
                break;
            case EtcdQueryKind.MemberList:
                var list = new MemberListResponse { Members = { _members.Values } };
                context.Return(ResultOf(EtcdError.None, list, term));
                break;
            case EtcdQueryKind.Status:
                context.Return(ResultOf(EtcdError.None, StatusOf(context.Applied), term));
                break;
            case EtcdQueryKind.CompactionStep:
                context.Return(new[] { (byte)(_store.RunCompactionStep(4 * _options.CompactionStepVersions) ? 1 : 0) });
                break;
            default:
                context.Return(ResultOf(EtcdError.Malformed, null, term));
                break;
        }
    }

    /// <inheritdoc/>
    public ISnapshotWriter BeginSnapshot() =>
        new EtcdSnapshotWriter(_store.Freeze(), [.. _members.Values.Select(member => member.ToByteArray())]);

    /// <inheritdoc/>
    public void Install(ISnapshotSource snapshot) => new EtcdSnapshotReader(snapshot).Read(_store, _members);

    private EtcdError Apply(in Command command, out IMessage? response)
    {
        response = null;
        var message = command.Payload.IsEmpty ? default : command.Payload.Span[1..];
        switch (command.Payload.IsEmpty ? default : (EtcdCommandKind)command.Payload.Span[0])
        {
            case EtcdCommandKind.Put when TryParse(PutRequest.Parser, message, out var put):
                return Put(put, out response);
            case EtcdCommandKind.DeleteRange when TryParse(DeleteRangeRequest.Parser, message, out var delete):
                return Delete(delete, out response);
            case EtcdCommandKind.Txn when TryParse(TxnRequest.Parser, message, out var txn):
                return Txn(txn, out response);
            case EtcdCommandKind.Compaction when TryParse(CompactionRequest.Parser, message, out var compaction):
                response = new CompactionResponse();
                return RangeReads.ErrorOf(_store.Compact(compaction.Revision));
            case EtcdCommandKind.PublishMember when TryParse(Member.Parser, message, out var member):
                _members[member.ID] = member;
                response = new MemberListResponse();
                return EtcdError.None;
            default:
                return EtcdError.Malformed;
        }
    }

    private EtcdError Put(PutRequest put, out IMessage? response)
    {
        response = null;
        var error = RequestChecks.Check(put);
        error = error == EtcdError.None ? TxnPath.Check(put, _store) : error;
        if (error != EtcdError.None)
        {
            return error;
        }

        var transaction = _store.Begin();
        response = KvCommands.Put(put, transaction);
        transaction.Commit();
        return EtcdError.None;
    }

    private EtcdError Delete(DeleteRangeRequest delete, out IMessage? response)
    {
        response = null;
        var error = RequestChecks.Check(delete);
        if (error != EtcdError.None)
        {
            return error;
        }

        var transaction = _store.Begin();
        response = KvCommands.Delete(delete, transaction);
        transaction.Commit();
        return EtcdError.None;
    }

    private EtcdError Txn(TxnRequest txn, out IMessage? response)
    {
        response = null;
        // The number of operations is the door's business: members may be started with different limits.
        var error = RequestChecks.Check(txn, int.MaxValue);
        if (error != EtcdError.None)
        {
            return error;
        }

        var path = new Dictionary<TxnRequest, bool>(ReferenceEqualityComparer.Instance);
        TxnPath.Judge(txn, _store, path);
        error = TxnPath.Check(txn, _store, path);
        if (error != EtcdError.None)
        {
            return error;
        }

        var transaction = _store.Begin();
        response = KvCommands.Txn(txn, transaction, path);
        transaction.Commit();
        return EtcdError.None;
    }

    private EtcdError ReadTxn(TxnRequest txn, out IMessage? response)
    {
        response = null;
        return RequestChecks.IsReadOnly(txn) ? Txn(txn, out response) : EtcdError.Malformed;
    }

    private void Read(ReadContext context, RangeRequest range)
    {
        var term = context.Applied.Term;
        var error = RequestChecks.Check(range);
        if (error == EtcdError.None && RangeReads.Reach(range, _store) > _options.PageKeysMax)
        {
            context.Return(new DeferredAnswer(_store.Freeze(), view => RangeOf(range, view, term)));
            return;
        }

        var response = new RangeResponse();
        error = error == EtcdError.None ? RangeReads.Execute(range, _store, response) : error;
        context.Return(ResultOf(error, response, term));
    }

    private byte[] RangeOf(RangeRequest range, MvccView view, ulong term)
    {
        var response = new RangeResponse();
        var error = RangeReads.Execute(range, view, response);
        return ResultOf(error, response, term, view.Revision);
    }

    private byte[] HashOf(MvccView view, long revision, ulong term)
    {
        var status = view.HashKv(revision, out var hash);
        var response = new HashKVResponse
        {
            Hash = hash,
            CompactRevision = view.CompactRevision,
            HashRevision = revision > 0 ? revision : view.Revision,
        };
        return ResultOf(RangeReads.ErrorOf(status), response, term, view.Revision);
    }

    private StatusResponse StatusOf(LogId applied) => new()
    {
        DbSize = _store.SizeBytes,
        DbSizeInUse = _store.SizeBytes,
        RaftAppliedIndex = applied.Index,
        RaftTerm = applied.Term,
    };

    private byte[] ResultOf(EtcdError error, IMessage? response, ulong term) =>
        ResultOf(error, response, term, _store.Revision);

    private byte[] ResultOf(EtcdError error, IMessage? response, ulong term, long revision)
    {
        if (error != EtcdError.None || response is null)
        {
            return [(byte)(error == EtcdError.None ? EtcdError.Malformed : error)];
        }

        ResponseHeaders.Set(response, new ResponseHeader
        {
            ClusterId = _options.ClusterId,
            MemberId = _options.MemberId,
            Revision = revision,
            RaftTerm = term,
        });
        var result = new byte[1 + response.CalculateSize()];
        response.WriteTo(result.AsSpan(1));
        return result;
    }

    private static bool TryParse<T>(MessageParser<T> parser, ReadOnlySpan<byte> bytes, out T message)
        where T : IMessage<T>, new()
    {
        try
        {
            message = parser.ParseFrom(bytes);
            return true;
        }
        catch (InvalidProtocolBufferException)
        {
            message = new T();
            return false;
        }
    }
}
