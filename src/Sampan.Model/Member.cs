namespace Sampan.Model;

/// <summary>
/// One member of a configuration: the replica, the store that carries it, the store's incarnation once it is bound, and
/// its priority in elections (0: never elected; a change of priority alone is a membership change).
/// </summary>
public readonly record struct Member(ReplicaId Replica, StoreId Store, Incarnation Incarnation, int Priority)
{
    /// <summary>The priority of a member that was given none.</summary>
    public const int DefaultPriority = 1;

    /// <summary>A member that no store has claimed yet, with the default priority.</summary>
    public Member(ReplicaId replica, StoreId store)
        : this(replica, store, Incarnation.Unbound, DefaultPriority)
    {
    }
}
