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

    private readonly IGroupDirectory _groups;
    private readonly TimeProvider _time;

    /// <summary>A door to the group that this directory may hold.</summary>
    public EtcdDoor(EtcdServiceOptions options, IGroupDirectory groups, TimeProvider time)
    {
        Options = options;
        _groups = groups;
        _time = time;
    }

    /// <summary>The limits.</summary>
    public EtcdServiceOptions Options { get; }

    /// <summary>What is known of the group; null before it exists.</summary>
    public GroupStatus? Status => _groups.TryGet(EtcdGroup.Id, out var group) ? group?.Status : null;

    /// <summary>Refuses a request that is too large, or one that must have a leader and has none.</summary>
    public void Admit(GrpcCall call, int requestBytes)
    {
        if (requestBytes > Options.RequestBytesMax)
        {
            throw EtcdErrors.TooLarge;
        }

        if (call.TryGetMetadata("hasleader", out var wanted)
            && string.Equals(wanted, "true", StringComparison.Ordinal)
            && (Status is null || Status.Leader == ReplicaId.None))
        {
            throw EtcdErrors.NoLeader;
        }
    }

    /// <summary>Proposes a command; returns the response's bytes.</summary>
    public ValueTask<ReadOnlyMemory<byte>> ProposeAsync(
        EtcdCommandKind kind, ReadOnlyMemory<byte> message, CancellationToken cancellation)
    {
        var command = EtcdCodec.Encode(kind, message.Span);
        return RunAsync(
            async (group, token) =>
            {
                var result = await group.ProposeAsync(command, token).ConfigureAwait(false);
                return Response(result.Result);
            },
            cancellation);
    }

    /// <summary>Asks a query; returns the response's bytes.</summary>
    public ValueTask<ReadOnlyMemory<byte>> ReadAsync(
        EtcdQueryKind kind, ReadOnlyMemory<byte> message, ReadConsistency consistency, CancellationToken cancellation)
    {
        var query = EtcdCodec.Encode(kind, message.Span);
        return RunAsync(
            async (group, token) =>
            {
                var result = await group.ReadAsync(query, consistency, token).ConfigureAwait(false);
                if (result.View is not DeferredAnswer deferred)
                {
                    return Response(result.Answer);
                }

                using (deferred)
                {
                    return Response(deferred.Make());
                }
            },
            cancellation);
    }

    /// <summary>Takes steps of a compaction here until it is done.</summary>
    public async ValueTask FinishCompactionAsync(CancellationToken cancellation)
    {
        var query = EtcdCodec.Encode(EtcdQueryKind.CompactionStep, []);
        var hasMore = true;
        while (hasMore && _groups.TryGet(EtcdGroup.Id, out var group) && group is not null)
        {
            var result = await group.ReadAsync(query, ReadConsistency.Local, cancellation).ConfigureAwait(false);
            hasMore = result.Answer.Span[0] != 0;
        }
    }

    /// <summary>Hands leadership over.</summary>
    public async ValueTask TransferAsync(ReplicaId target, CancellationToken cancellation) => await RunAsync(
        async (group, token) =>
        {
            await group.TransferLeadershipAsync(target, token).ConfigureAwait(false);
            return ReadOnlyMemory<byte>.Empty;
        },
        cancellation).ConfigureAwait(false);

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

    private static ReadOnlyMemory<byte> Response(ReadOnlyMemory<byte> result)
    {
        var error = EtcdCodec.Decode(result, out var response);
        return error == EtcdError.None ? response : throw EtcdErrors.Of(error);
    }

    // A request that certainly changed nothing, since nobody leads, waits for a leader as long as requests may take.
    private async ValueTask<ReadOnlyMemory<byte>> RunAsync(
        Func<IRaftGroup, CancellationToken, ValueTask<ReadOnlyMemory<byte>>> request, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(Options.RequestTimeout, _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        var failure = EtcdErrors.NoLeader;
        try
        {
            while (true)
            {
                try
                {
                    if (_groups.TryGet(EtcdGroup.Id, out var group) && group is not null)
                    {
                        failure = EtcdErrors.TimedOut;
                        return await request(group, linked.Token).ConfigureAwait(false);
                    }
                }
                catch (RaftException exception) when (EtcdErrors.IsWorthWaiting(exception))
                {
                    failure = EtcdErrors.Of(exception);
                }

                await Task.Delay(RetryInterval, _time, linked.Token).ConfigureAwait(false);
            }
        }
        catch (RaftException exception)
        {
            throw EtcdErrors.Of(exception);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw failure;
        }
    }
}
