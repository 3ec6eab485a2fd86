using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Quorum;

namespace Sampan.Raft.Membership;

/// <summary>
/// Somebody said that this replica was removed. One word is not enough to delete data: the members of the configuration
/// that is said to lack it are asked, and a quorum of them must say the same (A11, C14, C17).
/// </summary>
internal sealed class RemovalInquiry
{
    private readonly List<ReplicaId> _confirmed = [];

    /// <summary>
    /// An inquiry about the configuration at <paramref name="index"/>, begun at <paramref name="now"/>.
    /// </summary>
    public RemovalInquiry(ulong index, Configuration configuration, Instant now)
    {
        Index = index;
        Configuration = configuration;
        AskedAt = now;
    }

    /// <summary>The index of the configuration that lacks this replica.</summary>
    public ulong Index { get; }

    /// <summary>That configuration.</summary>
    public Configuration Configuration { get; }

    /// <summary>When the members were asked last.</summary>
    public Instant AskedAt { get; set; }

    /// <summary>A member says so too.</summary>
    public void Confirm(ReplicaId member)
    {
        if (!_confirmed.Contains(member))
        {
            _confirmed.Add(member);
        }
    }

    /// <summary>Whether a quorum of the members said so.</summary>
    public bool IsConfirmed => JointQuorum.Result(Configuration, new Confirmations(_confirmed)) == VoteResult.Won;

    private readonly struct Confirmations(List<ReplicaId> confirmed) : IBallots
    {
        public bool TryGetVote(ReplicaId replica, out bool granted)
        {
            granted = confirmed.Contains(replica);
            return granted;
        }
    }
}
