namespace Sampan.Etcd.Machine;

/// <summary>The first byte of a command; what follows is the named protobuf message. Numbers are for ever.</summary>
public enum EtcdCommandKind : byte
{
    /// <summary>A <c>PutRequest</c>.</summary>
    Put = 1,

    /// <summary>A <c>DeleteRangeRequest</c>.</summary>
    DeleteRange = 2,

    /// <summary>A <c>TxnRequest</c> without a bound on the keys it looks at; older versions proposed it.</summary>
    Txn = 3,

    /// <summary>A <c>CompactionRequest</c>.</summary>
    Compaction = 4,

    /// <summary>A <c>Member</c>: what a store says of itself.</summary>
    PublishMember = 5,

    /// <summary>
    /// How many keys compares and ranges may look at, as 8 bytes, little-endian, then a <c>TxnRequest</c>. The bound
    /// comes with the command, so that all members decide alike whatever their settings and versions.
    /// </summary>
    BoundedTxn = 6,
}
