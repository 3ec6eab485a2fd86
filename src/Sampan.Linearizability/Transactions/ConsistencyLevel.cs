namespace Sampan.Linearizability.Transactions;

/// <summary>What transactions are promised; each level includes the ones before it.</summary>
public enum ConsistencyLevel
{
    /// <summary>Writes of transactions are not interleaved (no G0).</summary>
    ReadUncommitted,

    /// <summary>Also, only final values of committed transactions are read (no G1).</summary>
    ReadCommitted,

    /// <summary>Also, no cycle whose anti-dependencies are all apart (no G-single, no G-nonadjacent).</summary>
    SnapshotIsolation,

    /// <summary>Also, there is one order of all transactions (no G2).</summary>
    Serializable,

    /// <summary>Also, that order keeps each process's own.</summary>
    StrongSessionSerializable,

    /// <summary>Also, that order keeps real time.</summary>
    StrictSerializable,
}
