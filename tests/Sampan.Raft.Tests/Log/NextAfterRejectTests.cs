using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Log;

namespace Sampan.Raft.Tests.Log;

/// <summary>
/// Purpose: finding where two logs part costs at most one round trip a term (dissertation, 3.5, last paragraphs), and
/// ends exactly at their last common entry, never below it.
/// </summary>
public sealed class NextAfterRejectTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Divergence_costs_at_most_one_round_trip_a_term_3_5(int seed)
    {
        var prng = new Prng((ulong)seed);
        for (var round = 0; round < 3_000; round++)
        {
            var pool = RandomLogs(prng);
            var leader = pool[^1];
            var follower = pool[prng.NextBelow(pool.Count)];
            var shared = SharedPrefix(leader, follower);
            var leaderBase = prng.NextBelow(shared + 1);
            var followerBase = prng.NextBelow(shared + 1);
            Probe(leader, leaderBase, follower, followerBase, shared);
        }
    }

    [Fact]
    public void A_term_that_goes_on_behind_the_leaders_base_is_found_at_the_base()
    {
        // The leader compacted all entries of term 3; the follower holds two more of them that never were committed.
        var leader = LogOf([3, 3, 3, 3, 5, 5], compactedTo: 4);
        Assert.Equal(5UL, leader.NextAfterReject(next: 7, conflict: new LogId(3, 1)));
    }

    [Fact]
    public void A_follower_that_is_merely_short_is_probed_behind_its_end()
    {
        var leader = LogOf([1, 1, 2, 2, 2], compactedTo: 0);
        var follower = LogOf([1, 1, 2], compactedTo: 0);
        Assert.Equal(new LogId(0, 4), follower.ConflictAt(5));
        Assert.Equal(4UL, leader.NextAfterReject(next: 6, conflict: new LogId(0, 4)));
    }

    private static void Probe(
        List<ulong> leaderTerms, ulong leaderBase, List<ulong> followerTerms, ulong followerBase, ulong shared)
    {
        var leader = LogOf(leaderTerms, leaderBase);
        var follower = LogOf(followerTerms, followerBase);
        // A follower does not look at its log below its commit index, and never compacts beyond it.
        var committed = followerBase;
        var terms = leaderTerms.Concat(followerTerms).Distinct().Count();
        var next = leader.LastIndex + 1;
        var probes = 1;
        while (true)
        {
            Assert.True(next >= leader.FirstIndex, "no snapshot is needed where logs share an entry");
            var previous = next - 1;
            Assert.True(leader.TryGetTerm(previous, out var term));
            if (previous <= committed || follower.Matches(new LogId(term, previous)))
            {
                break;
            }

            var after = leader.NextAfterReject(next, follower.ConflictAt(previous));
            Assert.True(after < next, "every refusal brings the probe down");
            next = after;
            probes++;
        }

        Assert.True(next - 1 >= Math.Min(shared, leader.LastIndex), "a matching position is never skipped");
        Assert.True(probes <= terms + 1, $"{probes} probes for {terms} terms");
    }

    /// <summary>
    /// Logs as elections make them: each term's leader takes over a prefix of some log and extends it with its own
    /// term.
    /// </summary>
    private static List<List<ulong>> RandomLogs(Prng prng)
    {
        var pool = new List<List<ulong>> { new() };
        for (var term = 1UL; term <= 8; term++)
        {
            var parent = pool[prng.NextBelow(pool.Count)];
            var log = parent.GetRange(0, parent.Count - prng.NextBelow(parent.Count + 1) / 2);
            for (var count = prng.NextBetween(1, 5); count > 0; count--)
            {
                log.Add(term);
            }

            pool.Add(log);
        }

        return pool;
    }

    private static ulong SharedPrefix(List<ulong> left, List<ulong> right)
    {
        var count = 0;
        while (count < left.Count && count < right.Count && left[count] == right[count])
        {
            count++;
        }

        return (ulong)count;
    }

    private static RaftLog LogOf(List<ulong> terms, ulong compactedTo)
    {
        var runs = new List<LogId>();
        for (var i = (int)compactedTo; i < terms.Count; i++)
        {
            if (runs.Count == 0 || runs[^1].Term != terms[i])
            {
                runs.Add(new LogId(terms[i], (ulong)i + 1));
            }
        }

        var state = new ReplicaState
        {
            Base = compactedTo == 0 ? LogId.Zero : new LogId(terms[(int)compactedTo - 1], compactedTo),
            TermRuns = runs,
            LastIndex = (ulong)terms.Count,
            AppliedIndex = compactedTo,
            Configurations = [new ConfigurationEntry(0, Configuration.Empty)],
        };
        return new RaftLog(state, new ForgetfulLogView());
    }
}
