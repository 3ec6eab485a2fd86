using Sampan.Base;
using Sampan.Model;
using Sampan.Raft;
using Sampan.Testing.Workers;

namespace Sampan.Simulation.Checks;

/// <summary>
/// One replica over all lives of its store: what its disk must hold, and what was last seen of it. Ids are never used
/// again, so the id names it.
/// </summary>
internal sealed class ReplicaTrack
{
    /// <summary>A replica whose disk is described by an image.</summary>
    public ReplicaTrack(StoreId store, ReplicaId replica, ReplicaImage image)
    {
        Store = store;
        Replica = replica;
        Image = image;
    }

    /// <summary>Its store.</summary>
    public StoreId Store { get; }

    /// <summary>Its id.</summary>
    public ReplicaId Replica { get; }

    /// <summary>What its store's disk must hold of it.</summary>
    public ReplicaImage Image { get; }

    /// <summary>The core of the present life; null while the store is down.</summary>
    public RaftReplica? Core { get; private set; }

    /// <summary>The clock of the present life.</summary>
    public SimulatedClock? Clock { get; private set; }

    /// <summary>What was last seen in the present life; null if nothing was.</summary>
    public RaftStatus? Seen { get; set; }

    /// <summary>Committed entries up to here were compared with those of others.</summary>
    public ulong ComparedTo { get; set; }

    /// <summary>The role in the last event of the present life.</summary>
    public Role Role { get; set; }

    /// <summary>Where it cut its log since it was seen last.</summary>
    public List<ulong> Truncations { get; } = [];

    /// <summary>Whether its disk is gone for good: it never votes or acknowledges again.</summary>
    public bool IsLost { get; set; }

    /// <summary>Of a leader: what it believed of each member, in the term of <see cref="MatchTerm"/>.</summary>
    public Dictionary<ReplicaId, ulong> Matches { get; } = [];

    /// <summary>The term that <see cref="Matches"/> belongs to.</summary>
    public ulong MatchTerm { get; set; }

    /// <summary>Whether it runs and leads.</summary>
    public bool IsLeading => Core?.Role == Role.Leader;

    /// <summary>A life begins.</summary>
    public void Begin(RaftReplica core, SimulatedClock clock)
    {
        Core = core;
        Clock = clock;
        Seen = null;
        ComparedTo = 0;
        Truncations.Clear();
        Matches.Clear();
        MatchTerm = 0;
    }

    /// <summary>The life is over.</summary>
    public void End()
    {
        Core = null;
        Clock = null;
        Seen = null;
        Role = Role.Follower;
    }

    /// <inheritdoc/>
    public override string ToString() => $"replica {Replica} at store {Store}";
}
