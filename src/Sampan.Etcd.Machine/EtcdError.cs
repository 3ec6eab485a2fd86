namespace Sampan.Etcd.Machine;

/// <summary>The first byte of a result: why a command or query could not be done. Nothing was changed then.</summary>
public enum EtcdError : byte
{
    /// <summary>It was done; the response follows.</summary>
    None = 0,

    /// <summary>The bytes are no message of their kind.</summary>
    Malformed = 1,

    /// <summary>A put that keeps the value or the lease of a key that is not there.</summary>
    KeyNotFound = 2,

    /// <summary>A put names a lease that is not there.</summary>
    LeaseNotFound = 3,

    /// <summary>The revision is compacted.</summary>
    Compacted = 4,

    /// <summary>The revision is not there yet.</summary>
    FutureRevision = 5,

    /// <summary>A request without a key.</summary>
    EmptyKey = 6,

    /// <summary>A value beside the wish to keep the old one.</summary>
    ValueProvided = 7,

    /// <summary>A lease beside the wish to keep the old one.</summary>
    LeaseProvided = 8,

    /// <summary>A transaction with more operations than the limit.</summary>
    TooManyOperations = 9,

    /// <summary>A transaction that changes a key twice.</summary>
    DuplicateKey = 10,

    /// <summary>A sort that does not exist.</summary>
    InvalidSort = 11,

    /// <summary>The response would be larger than a message may be. Here alone changes may have been made.</summary>
    ResponseTooLarge = 12,

    /// <summary>A transaction whose compares and ranges would look at more keys than the limit.</summary>
    TooManyKeys = 13,
}
