using Sampan.Model;

namespace Sampan.Simulation.Checks;

/// <summary>Arithmetic of majorities, written apart from the core's so that a mistake there is not repeated.</summary>
internal static class Quorums
{
    /// <summary>Whether those that qualify are a majority of both halves.</summary>
    public static bool IsQuorum(Configuration configuration, Predicate<ReplicaId> qualifies) =>
        IsMajority(configuration.Voters, qualifies) && IsMajority(configuration.VotersOutgoing, qualifies);

    /// <summary>Whether every quorum of one configuration has a member in every quorum of another.</summary>
    public static bool AllOverlap(Configuration left, Configuration right)
    {
        var all = VotersOf(left).Concat(VotersOf(right)).Distinct().ToArray();
        for (var set = 0; set < 1 << all.Length; set++)
        {
            var chosen = set;
            bool IsIn(ReplicaId replica) => (chosen & (1 << Array.IndexOf(all, replica))) != 0;
            if (IsQuorum(left, IsIn) && IsQuorum(right, replica => !IsIn(replica)))
            {
                return false;
            }
        }

        return true;
    }

    private static IEnumerable<ReplicaId> VotersOf(Configuration configuration) =>
        [.. configuration.Voters, .. configuration.VotersOutgoing];

    // Nobody is a majority of nothing, and nobody need be: a configuration that is not joint has an empty half.
    private static bool IsMajority(ReadOnlySpan<ReplicaId> voters, Predicate<ReplicaId> qualifies)
    {
        var count = 0;
        foreach (var voter in voters)
        {
            count += qualifies(voter) ? 1 : 0;
        }

        return voters.Length == 0 || count * 2 > voters.Length;
    }
}
