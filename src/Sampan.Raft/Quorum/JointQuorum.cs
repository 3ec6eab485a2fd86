using Sampan.Model;

namespace Sampan.Raft.Quorum;

/// <summary>
/// Arithmetic of a whole configuration: every decision needs a majority of both halves, separately (dissertation, 4.3).
/// A plain configuration has an empty outgoing half, which agrees to everything.
/// </summary>
internal static class JointQuorum
{
    /// <summary>The highest index that a majority of each half acknowledged.</summary>
    public static ulong CommittedIndex<T>(Configuration configuration, in T acknowledged)
        where T : IAcknowledged, allows ref struct =>
        Math.Min(
            MajorityQuorum.CommittedIndex(configuration.Voters, in acknowledged),
            MajorityQuorum.CommittedIndex(configuration.VotersOutgoing, in acknowledged));

    /// <summary>What the ballots decide: one lost half loses, and both must be won.</summary>
    public static VoteResult Result<T>(Configuration configuration, in T ballots)
        where T : IBallots, allows ref struct
    {
        var incoming = MajorityQuorum.Result(configuration.Voters, in ballots);
        var outgoing = MajorityQuorum.Result(configuration.VotersOutgoing, in ballots);
        if (incoming == VoteResult.Lost || outgoing == VoteResult.Lost)
        {
            return VoteResult.Lost;
        }

        return incoming == VoteResult.Won && outgoing == VoteResult.Won ? VoteResult.Won : VoteResult.Pending;
    }
}
