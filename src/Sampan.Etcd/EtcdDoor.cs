using Google.Protobuf;
using Sampan.Etcd.Machine;
using Sampan.Grpc;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Etcd;

/// <summary>
/// The way from a call to the group and back: time limits, waiting for a leader, errors in etcd's words. Any thread.
/// </summary>
internal sealed class EtcdDoor
{
    // How long a request that found no leader waits before it asks again.
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(20);

    private static readonly Action<object?> _cancel = state => (state as CancellationTokenSource)?.Cancel();

    private readonly LargeAnswers _answers;
    private readonly IGroupDirectory _groups;
    private readonly TimeProvider _time;

    /// <summary>A door to the group that this directory may hold.</summary>
    public EtcdDoor(EtcdServiceOptions options, IGroupDirectory groups, TimeProvider time)
    {
        Options = options;
        _answers = new LargeAnswers(options);
        _groups = groups;
        _time = time;
    }

    /// <summary>The limits.</summary>
    public EtcdServiceOptions Options { get; }

    /// <summary>What is known of the group; null before it exists.</summary>
    public GroupStatus? Status => _groups.TryGet(EtcdGroup.Id, out var group) ? group.Status : null;

    /// <summary>The id of the member that leads; 0: none is known.</summary>
    public ulong LeaderId
    {
        get
        {
            var status = Status;
            foreach (var member in status is null ? [] : status.Configuration.Members)
            {
                if (member.Replica == status?.Leader)
                {
                    return member.Store.Value;
                }
            }

            return 0;
        }
    }

    /// <summary>Refuses a request that must have a leader and has none.</summary>
    public void Admit(GrpcCall call)
    {
        if (call.TryGetMetadata("hasleader", out var wanted)
            && string.Equals(wanted, "true", StringComparison.Ordinal)
            && (Status is null || Status.Leader == ReplicaId.None))
        {
            throw EtcdErrors.NoLeader;
        }
    }

    /// <summary>Refuses a command that is too large; reads may be as large as the transport takes them.</summary>
    public void AdmitBytes(ReadOnlyMemory<byte> message)
    {
        if (message.Length > Options.RequestBytesMax)
        {
            throw EtcdErrors.TooLarge;
        }
    }

    /// <summary>Proposes a command; returns the response's bytes.</summary>
    public ValueTask<ReadOnlyMemory<byte>> ProposeAsync(
        EtcdCommandKind kind, ReadOnlyMemory<byte> message, GrpcCall call) =>
        RunAsync(
            new DoorRequest
            {
                Bytes = kind == EtcdCommandKind.BoundedTxn
                    ? EtcdCodec.EncodeTxn(Options.TxnKeysMax, message.Span)
                    : EtcdCodec.Encode(kind, message.Span),
                Call = call,
            },
            call.Cancellation);

    /// <summary>Asks a query for a call; returns the response's bytes.</summary>
    public ValueTask<ReadOnlyMemory<byte>> ReadAsync(
        EtcdQueryKind kind,
        ReadOnlyMemory<byte> message,
        ReadConsistency consistency,
        GrpcCall call) =>
        RunAsync(
            new DoorRequest
            {
                Bytes = EtcdCodec.Encode(kind, message.Span),
                Consistency = consistency,
                Call = call,
            },
            call.Cancellation);

    /// <summary>Asks this store for its own small things, for nobody's call.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReadOwnAsync(EtcdQueryKind kind, CancellationToken cancellation)
    {
        var request = new DoorRequest
        {
            Bytes = EtcdCodec.Encode(kind, []),
            Consistency = ReadConsistency.Local,
        };
        return Response(await RunAsync(request, cancellation).ConfigureAwait(false));
    }

    /// <summary>
    /// Takes steps of a compaction here until it is done. Commands that are applied take it further too, but there may
    /// be none.
    /// </summary>
    public async ValueTask FinishCompactionAsync(CancellationToken cancellation)
    {
        var step = new DoorRequest
        {
            Bytes = EtcdCodec.Encode(EtcdQueryKind.CompactionStep, []),
            Consistency = ReadConsistency.Local,
        };
        var hasMore = true;
        while (hasMore)
        {
            var answer = await RunAsync(step, cancellation).ConfigureAwait(false);
            hasMore = answer.Span[0] != 0;
        }
    }

    /// <summary>Hands leadership over. Never tried twice: who leads may have changed by the first time.</summary>
    public async ValueTask TransferAsync(ReplicaId target, CancellationToken cancellation)
    {
        if (!_groups.TryGet(EtcdGroup.Id, out var group))
        {
            throw EtcdErrors.NotLeader;
        }

        using var limit = new CancellationTokenSource(Options.RequestTimeout, _time);
        using var ended = cancellation.UnsafeRegister(_cancel, limit);
        try
        {
            await group.TransferLeadershipAsync(target, limit.Token).ConfigureAwait(false);
        }
        catch (RaftException exception)
        {
            throw exception.Code == RaftErrorCode.TimedOut ? EtcdErrors.TransferTimedOut : EtcdErrors.Of(exception);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw EtcdErrors.TransferTimedOut;
        }
    }

    /// <summary>Parses a message; what cannot be parsed is the caller's fault.</summary>
    public static T Parse<T>(MessageParser<T> parser, ReadOnlyMemory<byte> bytes)
        where T : IMessage<T>
    {
        try
        {
            return parser.ParseFrom(bytes.Span);
        }
        catch (InvalidProtocolBufferException)
        {
            throw EtcdErrors.Malformed;
        }
    }

    // A request that certainly changed nothing, since nobody leads, waits for a leader as long as requests may take.
    private async ValueTask<ReadOnlyMemory<byte>> RunAsync(DoorRequest request, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(Options.RequestTimeout, _time);
        using var ended = cancellation.UnsafeRegister(_cancel, limit);
        try
        {
            while (true)
            {
                try
                {
                    if (_groups.TryGet(EtcdGroup.Id, out var group))
                    {
                        return await AskAsync(group, request, limit.Token).ConfigureAwait(false);
                    }
                }
                catch (RaftException exception) when (EtcdErrors.IsWorthWaiting(exception))
                {
                    // Nobody leads, or nobody can be reached.
                }

                await Task.Delay(RetryInterval, _time, limit.Token).ConfigureAwait(false);
            }
        }
        catch (RaftException exception)
        {
            throw EtcdErrors.Of(exception);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw EtcdErrors.TimedOut;
        }
    }

    private async ValueTask<ReadOnlyMemory<byte>> AskAsync(
        IRaftGroup group, DoorRequest request, CancellationToken cancellation)
    {
        if (request.Consistency is not { } consistency)
        {
            var applied = await group.ProposeAsync(request.Bytes, cancellation).ConfigureAwait(false);
            if (request.Call is { } waiting)
            {
                _answers.Count(applied.Result, waiting);
            }

            return Response(applied.Result);
        }

        var read = await group.ReadAsync(request.Bytes, consistency, cancellation).ConfigureAwait(false);
        if (request.Call is not { } call)
        {
            return read.Answer;
        }

        return Response(read.View is null && read.Answer.Length < LargeAnswers.LeastBytes
            ? read.Answer
            : await MakeAsync(group, request, read, call, cancellation).ConfigureAwait(false));
    }

    // A method of its own, since what a lambda captures is allocated wherever it is declared.
    private ValueTask<ReadOnlyMemory<byte>> MakeAsync(
        IRaftGroup group, DoorRequest request, ReadResult read, GrpcCall call, CancellationToken cancellation) =>
        _answers.MakeAsync(
            read,
            limit => group.ReadAsync(request.Bytes, request.Consistency ?? ReadConsistency.Linearizable, limit),
            call,
            cancellation);

    private static ReadOnlyMemory<byte> Response(ReadOnlyMemory<byte> result)
    {
        var error = EtcdCodec.Decode(result, out var response);
        return error == EtcdError.None ? response : throw EtcdErrors.Of(error);
    }

    // What is asked of the group; without a consistency it is a proposal.
    private readonly record struct DoorRequest
    {
        public required ReadOnlyMemory<byte> Bytes { get; init; }

        public ReadConsistency? Consistency { get; init; }

        // For whom; without, the answer is small, and whoever asks splits it.
        public GrpcCall? Call { get; init; }
    }
}
