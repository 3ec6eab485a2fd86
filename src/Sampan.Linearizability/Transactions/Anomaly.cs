namespace Sampan.Linearizability.Transactions;

/// <summary>One violation that was found among transactions.</summary>
public sealed class Anomaly
{
    internal Anomaly(AnomalyKind kind, string description)
    {
        Kind = kind;
        Description = description;
    }

    /// <summary>What went wrong.</summary>
    public AnomalyKind Kind { get; }

    /// <summary>For a cycle, which order it needs; <see cref="CycleOrder.Data"/> otherwise.</summary>
    public CycleOrder Order { get; internal init; }

    /// <summary>
    /// For a cycle, its edges, each starting where the one before ended; shortest of its kind among those that were
    /// looked at. Empty otherwise.
    /// </summary>
    public IReadOnlyList<Dependency> Cycle { get; internal init; } = [];

    /// <summary>The transactions and why they contradict each other, for people; several lines.</summary>
    public string Description { get; }

    /// <summary>Its name in the literature, such as "G-single-realtime".</summary>
    public string Name
    {
        get
        {
            var kind = Kind switch
            {
                AnomalyKind.GSingle => "G-single",
                AnomalyKind.GNonadjacent => "G-nonadjacent",
                AnomalyKind.Internal => "internal",
                AnomalyKind.IncompatibleOrder => "incompatible-order",
                AnomalyKind.DuplicateElement => "duplicate-element",
                AnomalyKind.GarbageRead => "garbage-read",
                _ => Kind.ToString(),
            };
            return Order switch
            {
                CycleOrder.Process => kind + "-process",
                CycleOrder.RealTime => kind + "-realtime",
                _ => kind,
            };
        }
    }

    /// <summary>The weakest level that forbids it.</summary>
    public ConsistencyLevel ForbiddenFrom => Order switch
    {
        CycleOrder.Process => ConsistencyLevel.StrongSessionSerializable,
        CycleOrder.RealTime => ConsistencyLevel.StrictSerializable,
        _ => Kind switch
        {
            AnomalyKind.G2 => ConsistencyLevel.Serializable,
            AnomalyKind.GSingle or AnomalyKind.GNonadjacent or AnomalyKind.Internal =>
                ConsistencyLevel.SnapshotIsolation,
            AnomalyKind.G1a or AnomalyKind.G1b or AnomalyKind.G1c or AnomalyKind.IncompatibleOrder =>
                ConsistencyLevel.ReadCommitted,
            _ => ConsistencyLevel.ReadUncommitted,
        },
    };

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Description}";
}
