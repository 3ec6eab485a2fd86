namespace Sampan.Mvcc;

/// <summary>Whether something could be done at a revision.</summary>
public enum MvccStatus : byte
{
    /// <summary>It was done.</summary>
    Ok = 0,

    /// <summary>The revision is older than what compaction keeps.</summary>
    Compacted = 1,

    /// <summary>The revision is not there yet.</summary>
    FutureRevision = 2,
}
