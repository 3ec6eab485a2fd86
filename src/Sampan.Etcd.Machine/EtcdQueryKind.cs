namespace Sampan.Etcd.Machine;

/// <summary>The first byte of a query; what follows is the named protobuf message, or nothing.</summary>
public enum EtcdQueryKind : byte
{
    /// <summary>A <c>RangeRequest</c>.</summary>
    Range = 1,

    /// <summary>A <c>TxnRequest</c> that only reads.</summary>
    Txn = 2,

    /// <summary>A <c>HashKVRequest</c>; answered by a <see cref="DeferredAnswer"/>.</summary>
    HashKv = 3,

    /// <summary>Answered by a <c>MemberListResponse</c> with the members that have said who they are.</summary>
    MemberList = 4,

    /// <summary>Answered by a <c>StatusResponse</c> with sizes, applied index and term.</summary>
    Status = 5,

    /// <summary>
    /// Takes a step of a compaction under way, which changes no answer, and is answered by one byte: 1 if more is to
    /// be done.
    /// </summary>
    CompactionStep = 6,
}
