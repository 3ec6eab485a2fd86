namespace Sampan.Grpc;

/// <summary>How a call ended, in the numbers that gRPC puts on the wire.</summary>
public enum GrpcStatusCode
{
    /// <summary>Done.</summary>
    Ok = 0,

    /// <summary>The caller gave up.</summary>
    Cancelled = 1,

    /// <summary>An error of which no more is known.</summary>
    Unknown = 2,

    /// <summary>The request is wrong in itself, whatever the state of the server.</summary>
    InvalidArgument = 3,

    /// <summary>The deadline passed; the work may have been done all the same.</summary>
    DeadlineExceeded = 4,

    /// <summary>What was asked for does not exist.</summary>
    NotFound = 5,

    /// <summary>What was to be created exists.</summary>
    AlreadyExists = 6,

    /// <summary>The caller is known and may not do this.</summary>
    PermissionDenied = 7,

    /// <summary>A bound was reached: a quota, a size, a queue.</summary>
    ResourceExhausted = 8,

    /// <summary>The server's state does not allow it; a retry without a change fails again.</summary>
    FailedPrecondition = 9,

    /// <summary>Lost against something concurrent; a retry of the whole may succeed.</summary>
    Aborted = 10,

    /// <summary>Beyond the valid range, as it is now.</summary>
    OutOfRange = 11,

    /// <summary>The server has no such method.</summary>
    Unimplemented = 12,

    /// <summary>The server or the protocol is broken.</summary>
    Internal = 13,

    /// <summary>Not now; a retry is reasonable.</summary>
    Unavailable = 14,

    /// <summary>Data was lost beyond repair.</summary>
    DataLoss = 15,

    /// <summary>The caller is not known.</summary>
    Unauthenticated = 16,
}
