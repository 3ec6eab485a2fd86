using Sampan.Etcd.Machine;
using Sampan.Grpc;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Etcd;

/// <summary>
/// etcd's codes and texts. Clients compare the texts, so they are exact. Clients repeat a write after "no leader" and
/// "too many requests": so only what was certainly not applied may be told that way.
/// </summary>
internal static class EtcdErrors
{
    /// <summary>The request is larger than allowed.</summary>
    public static GrpcException TooLarge => Error(GrpcStatusCode.InvalidArgument, "etcdserver: request is too large");

    /// <summary>There is more data than allowed.</summary>
    public static GrpcException NoSpace =>
        Error(GrpcStatusCode.ResourceExhausted, "etcdserver: mvcc: database space exceeded");

    /// <summary>Nobody leads, and the request was not passed on.</summary>
    public static GrpcException NoLeader => Error(GrpcStatusCode.Unavailable, "etcdserver: no leader");

    /// <summary>It took too long; it may still be applied.</summary>
    public static GrpcException TimedOut => Error(GrpcStatusCode.Unavailable, "etcdserver: request timed out");

    /// <summary>It took too long, and there is no way to a leader; it may still be applied.</summary>
    public static GrpcException ConnectionLost => Error(
        GrpcStatusCode.Unavailable, "etcdserver: request timed out, possibly due to connection lost");

    /// <summary>Leadership was not handed over in time.</summary>
    public static GrpcException TransferTimedOut => Error(
        GrpcStatusCode.Unavailable, "etcdserver: request timed out, leader transfer took too long");

    /// <summary>Only the leader does this.</summary>
    public static GrpcException NotLeader => Error(GrpcStatusCode.FailedPrecondition, "etcdserver: not leader");

    /// <summary>The one who shall lead cannot.</summary>
    public static GrpcException BadTransferee =>
        Error(GrpcStatusCode.FailedPrecondition, "etcdserver: bad leader transferee");

    /// <summary>Others have not taken their large answers yet.</summary>
    public static GrpcException TooManyAnswers => Error(
        GrpcStatusCode.ResourceExhausted,
        "sampan: too many bytes of large answers are under way; read fewer at a time");

    /// <summary>The bytes are no message.</summary>
    public static GrpcException Malformed =>
        Error(
            GrpcStatusCode.Internal,
            "grpc: error unmarshalling request: the bytes are no message of the method, or are nested too deep");

    /// <summary>What an error of the state machine means to a client.</summary>
    public static GrpcException Of(EtcdError error) => error switch
    {
        EtcdError.EmptyKey => Error(GrpcStatusCode.InvalidArgument, "etcdserver: key is not provided"),
        EtcdError.KeyNotFound => Error(GrpcStatusCode.InvalidArgument, "etcdserver: key not found"),
        EtcdError.ValueProvided => Error(GrpcStatusCode.InvalidArgument, "etcdserver: value is provided"),
        EtcdError.LeaseProvided => Error(GrpcStatusCode.InvalidArgument, "etcdserver: lease is provided"),
        EtcdError.LeaseNotFound => Error(GrpcStatusCode.NotFound, "etcdserver: requested lease not found"),
        EtcdError.TooManyOperations =>
            Error(GrpcStatusCode.InvalidArgument, "etcdserver: too many operations in txn request"),
        EtcdError.DuplicateKey =>
            Error(GrpcStatusCode.InvalidArgument, "etcdserver: duplicate key given in txn request"),
        EtcdError.Compacted =>
            Error(GrpcStatusCode.OutOfRange, "etcdserver: mvcc: required revision has been compacted"),
        EtcdError.FutureRevision =>
            Error(GrpcStatusCode.OutOfRange, "etcdserver: mvcc: required revision is a future revision"),
        EtcdError.InvalidSort => Error(GrpcStatusCode.InvalidArgument, "etcdserver: invalid sort option"),
        EtcdError.TooManyKeys => Error(
            GrpcStatusCode.InvalidArgument,
            "sampan: the compares and ranges of the transaction look at too many keys"),
        EtcdError.ResponseTooLarge =>
            Error(GrpcStatusCode.ResourceExhausted, "grpc: trying to send message larger than max"),
        _ => Malformed,
    };

    /// <summary>Whether the request was certainly not applied and may soon be taken: worth waiting for.</summary>
    public static bool IsWorthWaiting(RaftException exception) =>
        exception is
        {
            Outcome: RequestOutcome.NotApplied,
            Code: RaftErrorCode.NoLeader or RaftErrorCode.Transferring or RaftErrorCode.LeaderChanged
                or RaftErrorCode.Unavailable or RaftErrorCode.UnknownGroup or RaftErrorCode.TimedOut
                or RaftErrorCode.ConnectionLost,
        };

    /// <summary>What a failure of the group means to a client.</summary>
    public static GrpcException Of(RaftException exception)
    {
        if (exception.Outcome == RequestOutcome.NotApplied)
        {
            return exception.Code switch
            {
                RaftErrorCode.Busy => Error(GrpcStatusCode.ResourceExhausted, "etcdserver: too many requests"),
                RaftErrorCode.NoSpace => NoSpace,
                RaftErrorCode.TooLarge => TooLarge,
                RaftErrorCode.NotLeader => NotLeader,
                RaftErrorCode.BadTarget => BadTransferee,
                RaftErrorCode.Stopped or RaftErrorCode.Poisoned => Stopped,
                RaftErrorCode.LeaderChanged => Error(GrpcStatusCode.Unavailable, "etcdserver: leader changed"),
                RaftErrorCode.TimedOut => TimedOut,
                RaftErrorCode.ConnectionLost => ConnectionLost,
                RaftErrorCode.ReadFailed => Error(GrpcStatusCode.Unknown, "etcdserver: the read failed"),
                _ => NoLeader,
            };
        }

        // It may be applied yet: texts after which no client repeats a write by itself.
        return exception.Code switch
        {
            RaftErrorCode.LeaderChanged => Error(
                GrpcStatusCode.Unavailable,
                "etcdserver: request timed out, possibly due to previous leader failure"),
            RaftErrorCode.ConnectionLost => ConnectionLost,
            RaftErrorCode.Stopped or RaftErrorCode.Poisoned => Stopped,
            _ => TimedOut,
        };
    }

    private static GrpcException Stopped => Error(GrpcStatusCode.Unavailable, "etcdserver: server stopped");

    private static GrpcException Error(GrpcStatusCode code, string text) => new(code, text);
}
