using Sampan.Model;

namespace Sampan.Raft.Quorum;

/// <summary>
/// Arithmetic of one majority. The conventions for the empty majority (it commits everything and wins every vote) are
/// chosen so that a configuration without an outgoing half needs no special case in <see cref="JointQuorum"/>; nobody
/// may ask it of a whole configuration that has no voters.
/// </summary>
internal static class MajorityQuorum
{
    // 64 voters are far beyond any group that makes sense, and half a kilobyte of stack; larger ones pay with an array.
    private const int OnStackMax = 64;

    /// <summary>
    /// The highest index that a majority of <paramref name="voters"/> acknowledged; a voter of whom nothing is known
    /// counts as 0. <see cref="ulong.MaxValue"/> for no voters.
    /// </summary>
    public static ulong CommittedIndex<T>(ReadOnlySpan<ReplicaId> voters, in T acknowledged)
        where T : IAcknowledged, allows ref struct
    {
        if (voters.Length == 0)
        {
            return ulong.MaxValue;
        }

        var indexes = voters.Length <= OnStackMax
            ? stackalloc ulong[OnStackMax]
            : new ulong[voters.Length];
        indexes = indexes[..voters.Length];
        for (var i = 0; i < voters.Length; i++)
        {
            indexes[i] = acknowledged.TryGetIndex(voters[i], out var index) ? index : 0;
        }

        // In ascending order, the smallest index of the upper majority is the one that this majority holds: n = 4 needs
        // three replicas, which are those at 1, 2 and 3; n = 5 needs the three at 2, 3 and 4.
        indexes.Sort();
        return indexes[voters.Length - Needed(voters.Length)];
    }

    /// <summary>What the ballots of <paramref name="voters"/> decide; won for no voters.</summary>
    public static VoteResult Result<T>(ReadOnlySpan<ReplicaId> voters, in T ballots)
        where T : IBallots, allows ref struct
    {
        if (voters.Length == 0)
        {
            return VoteResult.Won;
        }

        var granted = 0;
        var refused = 0;
        foreach (var voter in voters)
        {
            if (ballots.TryGetVote(voter, out var yes))
            {
                granted += yes ? 1 : 0;
                refused += yes ? 0 : 1;
            }
        }

        var needed = Needed(voters.Length);
        if (granted >= needed)
        {
            return VoteResult.Won;
        }

        return voters.Length - refused >= needed ? VoteResult.Pending : VoteResult.Lost;
    }

    private static int Needed(int voters) => (voters / 2) + 1;
}
