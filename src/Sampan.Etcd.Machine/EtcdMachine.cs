using Google.Protobuf;
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
    private readonly EtcdResults _results;
    private readonly MvccStore _store = new(new BTreeEngine(), new BTreeEngine());
    private readonly SortedDictionary<ulong, Member> _members = [];

    /// <summary>A machine without keys.</summary>
    public EtcdMachine(EtcdMachineOptions options)
    {
        _options = options;
        _results = new EtcdResults(options);
    }

    /// <inheritdoc/>
    public ulong AppliedIndex => 0;

    /// <inheritdoc/>
    public void Apply(ApplyContext context, ReadOnlySpan<Command> commands)
    {
        for (var i = 0; i < commands.Length; i++)
        {
            // On most replicas nobody waits: then no response is made.
            var isWanted = context.IsResultWanted(i);
            var result = Apply(commands[i], isWanted);
            if (isWanted)
            {
                context.SetResult(i, result);
            }
        }

        _store.RunCompactionStep(_options.CompactionStepVersions);
    }

    /// <inheritdoc/>
    public void Read(ReadContext context, ReadOnlyMemory<byte> query)
    {
        var moment = new StoreMoment(_store.Revision, context.Applied.Term);
        var message = query.IsEmpty ? default : query.Span[1..];
        switch (query.IsEmpty ? default : (EtcdQueryKind)query.Span[0])
        {
            case EtcdQueryKind.Range when RangeFields.TryRead(message, out var fields) && !fields.Key.IsEmpty:
                _store.TryGet(fields.Key, out var found);
                context.Return(_results.Range(found, fields, moment));
                break;
            case EtcdQueryKind.Range when Parsing.TryParse(RangeRequest.Parser, message, out var range):
                ReadRange(context, range, moment);
                break;
            case EtcdQueryKind.Txn when Parsing.TryParse(TxnRequest.Parser, message, out var txn):
                ReadTxn(context, txn, moment);
                break;
            case EtcdQueryKind.HashKv when Parsing.TryParse(HashKVRequest.Parser, message, out var hash):
                ReadHash(context, hash.Revision, moment);
                break;
            case EtcdQueryKind.MemberList:
                context.Return(_results.Response(new MemberListResponse { Members = { _members.Values } }, moment));
                break;
            case EtcdQueryKind.Status:
                context.Return(_results.Response(StatusOf(context.Applied), moment));
                break;
            case EtcdQueryKind.CompactionStep:
                context.Return(new[] { (byte)(_store.RunCompactionStep(4 * _options.CompactionStepVersions) ? 1 : 0) });
                break;
            default:
                context.Return(EtcdResults.Error(EtcdError.Malformed));
                break;
        }
    }

    /// <inheritdoc/>
    public ISnapshotWriter BeginSnapshot() =>
        new EtcdSnapshotWriter(_store.Freeze(), [.. _members.Values.Select(member => member.ToByteArray())]);

    /// <inheritdoc/>
    public void Install(ISnapshotSource snapshot) => new EtcdSnapshotReader(snapshot).Read(_store, _members);

    private byte[] Apply(in Command command, bool isWanted)
    {
        var message = command.Payload.IsEmpty ? default : command.Payload.Span[1..];
        var term = command.Position.Term;
        switch (command.Payload.IsEmpty ? default : (EtcdCommandKind)command.Payload.Span[0])
        {
            case EtcdCommandKind.Put when PutFields.TryRead(message, out var fields):
                return Put(fields, term, isWanted);
            case EtcdCommandKind.Put when Parsing.TryParse(PutRequest.Parser, message, out var put):
                return Put(PutFields.Of(put), term, isWanted);
            case EtcdCommandKind.DeleteRange when Parsing.TryParse(DeleteRangeRequest.Parser, message, out var delete):
                return Delete(delete, term, isWanted);
            case EtcdCommandKind.Txn when Parsing.TryParse(TxnRequest.Parser, message, out var txn):
                return Txn(txn, keysMax: long.MaxValue, term, isWanted);
            case EtcdCommandKind.BoundedTxn
                when EtcdCodec.TryDecodeTxn(message, out var bounded)
                    && Parsing.TryParse(TxnRequest.Parser, bounded.Message, out var txn):
                return Txn(txn, bounded.KeysMax, term, isWanted);
            case EtcdCommandKind.Compaction when Parsing.TryParse(CompactionRequest.Parser, message, out var compact):
                var error = RangeReads.ErrorOf(_store.Compact(compact.Revision));
                return Result(error, new CompactionResponse(), term);
            case EtcdCommandKind.PublishMember when Parsing.TryParse(Member.Parser, message, out var member):
                _members[member.ID] = member;
                return Result(EtcdError.None, new MemberListResponse(), term);
            default:
                return EtcdResults.Error(EtcdError.Malformed);
        }
    }

    private byte[] Put(PutFields put, ulong term, bool isWanted)
    {
        var error = RequestChecks.Check(put);
        error = error == EtcdError.None ? StoreChecks.Check(put, _store) : error;
        if (error != EtcdError.None)
        {
            return EtcdResults.Error(error);
        }

        var transaction = _store.Begin();
        var previous = KvCommands.Put(put, transaction);
        var moment = new StoreMoment(transaction.Commit(), term);
        return isWanted ? _results.Put(put.Key, put.PrevKv ? previous : null, moment) : [];
    }

    private byte[] Delete(DeleteRangeRequest delete, ulong term, bool isWanted)
    {
        var error = RequestChecks.Check(delete);
        if (error != EtcdError.None)
        {
            return EtcdResults.Error(error);
        }

        var transaction = _store.Begin();
        var response = KvCommands.Delete(delete, transaction);
        transaction.Commit();
        return isWanted ? Result(EtcdError.None, response, term) : [];
    }

    private byte[] Txn(TxnRequest txn, long keysMax, ulong term, bool isWanted)
    {
        // The number of operations is the door's business: members may be started with different limits.
        var error = RequestChecks.Check(txn);
        error = error == EtcdError.None && TxnReach.Now(txn, _store) > keysMax ? EtcdError.TooManyKeys : error;
        var run = new TxnRun(txn);
        error = error == EtcdError.None ? run.Prepare(_store) : error;
        if (error != EtcdError.None)
        {
            return EtcdResults.Error(error);
        }

        var transaction = _store.Begin();
        if (!isWanted)
        {
            run.Change(transaction);
            transaction.Commit();
            return [];
        }

        var response = run.Execute(transaction, transaction);
        transaction.Commit();
        return Result(EtcdError.None, response, term);
    }

    private byte[] Result(EtcdError error, IMessage response, ulong term) => error == EtcdError.None
        ? _results.Response(response, new StoreMoment(_store.Revision, term))
        : EtcdResults.Error(error);

    private void ReadRange(ReadContext context, RangeRequest range, StoreMoment moment)
    {
        var error = RequestChecks.Check(range);
        if (error != EtcdError.None)
        {
            context.Return(EtcdResults.Error(error));
        }
        else if (RangeReads.Reach(range, _store, isPastEndless: true) > _options.PageKeysMax)
        {
            context.Return(new DeferredAnswer(_store.Freeze(), view => RangeOf(range, view, moment)));
        }
        else
        {
            context.Return(RangeOf(range, _store, moment).Write());
        }
    }

    private void ReadTxn(ReadContext context, TxnRequest txn, StoreMoment moment)
    {
        var error = RequestChecks.IsReadOnly(txn) ? RequestChecks.Check(txn) : EtcdError.Malformed;
        error = error == EtcdError.None && TxnReach.Now(txn, _store) > _options.TxnKeysMax
            ? EtcdError.TooManyKeys
            : error;
        if (error != EtcdError.None)
        {
            context.Return(EtcdResults.Error(error));
        }
        else if (TxnReach.Of(txn, _store) > _options.PageKeysMax)
        {
            context.Return(new DeferredAnswer(_store.Freeze(), view => TxnOf(txn, view, moment)));
        }
        else
        {
            context.Return(TxnOf(txn, _store, moment).Write());
        }
    }

    // Methods of their own, since a lambda's captures are allocated wherever they are declared.
    private void ReadHash(ReadContext context, long revision, StoreMoment moment) =>
        context.Return(new DeferredAnswer(_store.Freeze(), view => HashOf(view, revision, moment)));

    private SizedAnswer RangeOf(RangeRequest range, IMvccReader reader, StoreMoment moment)
    {
        var error = RangeReads.Execute(range, reader, out var answer);
        return error == EtcdError.None
            ? _results.Range(answer, moment)
            : SizedAnswer.Of(EtcdResults.Error(error));
    }

    private SizedAnswer TxnOf(TxnRequest txn, IMvccReader reader, StoreMoment moment)
    {
        var run = new TxnRun(txn);
        var error = run.Prepare(reader);
        return error == EtcdError.None
            ? _results.SizedResponse(run.Execute(reader, transaction: null), moment)
            : SizedAnswer.Of(EtcdResults.Error(error));
    }

    private SizedAnswer HashOf(MvccView view, long revision, StoreMoment moment)
    {
        // etcd's rule: at the very revision of the compaction there is nothing to compare any more.
        var status = view.HashKv(revision, out var hash);
        status = revision > 0 && revision <= view.CompactRevision ? MvccStatus.Compacted : status;
        var response = new HashKVResponse
        {
            Hash = hash,
            CompactRevision = view.CompactRevision,
            HashRevision = revision > 0 ? revision : view.Revision,
        };
        return status == MvccStatus.Ok
            ? _results.SizedResponse(response, moment)
            : SizedAnswer.Of(EtcdResults.Error(RangeReads.ErrorOf(status)));
    }

    private StatusResponse StatusOf(LogId applied) => new()
    {
        DbSize = _store.SizeBytes,
        DbSizeInUse = _store.SizeBytes,
        RaftAppliedIndex = applied.Index,
        RaftTerm = applied.Term,
    };
}
