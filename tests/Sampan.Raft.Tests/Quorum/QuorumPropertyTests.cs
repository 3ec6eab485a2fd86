using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Quorum;

namespace Sampan.Raft.Tests.Quorum;

/// <summary>
/// Purpose: the arithmetic agrees with a second one that is written from the definition of a majority and does not
/// sort, count down or stop early, over thousands of drawn cases.
/// </summary>
public sealed class QuorumPropertyTests
{
    private const int Cases = 20_000;
    private const int ReplicaEnd = 10;

    [Fact]
    public void The_committed_index_is_the_highest_that_a_majority_of_each_half_holds()
    {
        var prng = new Prng(0x5A3B);
        for (var i = 0; i < Cases; i++)
        {
            var configuration = DrawConfiguration(prng);
            var inputs = new RandomInputs(prng, ReplicaEnd);
            var incoming = NaiveCommitted(configuration.Voters, inputs);
            var outgoing = NaiveCommitted(configuration.VotersOutgoing, inputs);

            Assert.Equal(incoming, MajorityQuorum.CommittedIndex(configuration.Voters, in inputs));
            Assert.Equal(Math.Min(incoming, outgoing), JointQuorum.CommittedIndex(configuration, in inputs));
        }
    }

    [Fact]
    public void A_vote_is_decided_exactly_if_no_missing_ballot_can_change_it()
    {
        var prng = new Prng(0x5A3C);
        for (var i = 0; i < Cases / 10; i++)
        {
            var configuration = DrawConfiguration(prng);
            var inputs = new RandomInputs(prng, ReplicaEnd);
            var ends = inputs.Completions().Select(ballots => Wins(configuration, ballots)).Distinct().ToArray();
            var expected = ends.Length == 2 ? VoteResult.Pending : ends[0] ? VoteResult.Won : VoteResult.Lost;

            Assert.Equal(expected, JointQuorum.Result(configuration, in inputs));
        }
    }

    [Theory]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(1000)]
    public void Configurations_of_any_size_are_counted(int size)
    {
        var prng = new Prng((ulong)size);
        var voters = Enumerable.Range(0, size).Select(i => new ReplicaId((ulong)i)).ToArray();
        for (var i = 0; i < 20; i++)
        {
            var inputs = new RandomInputs(prng, size);

            Assert.Equal(NaiveCommitted(voters, inputs), MajorityQuorum.CommittedIndex(voters, in inputs));
            var isWon = MajorityQuorum.Result(voters, in inputs) == VoteResult.Won;
            Assert.Equal(HasMajority(voters, inputs.Granted), isWon);
        }
    }

    [Fact]
    public void Counting_allocates_nothing()
    {
        var prng = new Prng(0x5A3D);
        var inputs = new RandomInputs(prng, ReplicaEnd);
        var configuration = DrawConfiguration(prng);
        var sum = Count(configuration, in inputs, rounds: 100);
        var before = GC.GetAllocatedBytesForCurrentThread();
        sum += Count(configuration, in inputs, rounds: 10_000);

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.True(sum > 0);
    }

    private static long Count(Configuration configuration, in RandomInputs inputs, int rounds)
    {
        var sum = 1L;
        for (var i = 0; i < rounds; i++)
        {
            sum += (long)(JointQuorum.CommittedIndex(configuration, in inputs) & 1);
            sum += (long)JointQuorum.Result(configuration, in inputs);
        }

        return sum;
    }

    private static bool Wins(Configuration configuration, RandomInputs ballots) =>
        HasMajority(configuration.Voters, ballots.Granted)
        && HasMajority(configuration.VotersOutgoing, ballots.Granted);

    // Tries every index there is, from above.
    private static ulong NaiveCommitted(ReadOnlySpan<ReplicaId> voters, RandomInputs inputs)
    {
        if (voters.Length == 0)
        {
            return ulong.MaxValue;
        }

        for (var index = 8UL; index > 0; index--)
        {
            var candidate = index;
            if (HasMajority(voters, replica => inputs.IndexOf(replica) >= candidate))
            {
                return index;
            }
        }

        return 0;
    }

    private static bool HasMajority(ReadOnlySpan<ReplicaId> voters, Func<ReplicaId, bool> agrees)
    {
        var balance = 0;
        foreach (var voter in voters)
        {
            balance += agrees(voter) ? 1 : -1;
        }

        return balance > 0 || voters.Length == 0;
    }

    private static Configuration DrawConfiguration(Prng prng)
    {
        var voters = DrawReplicas(prng);
        var outgoing = prng.Chance(1, 2) ? DrawReplicas(prng) : [];
        return new Configuration(
            voters,
            outgoing,
            [],
            [],
            autoLeave: false,
            voters.Union(outgoing).Select(replica => new Member(replica, default)),
            recoveryGeneration: 0);
    }

    private static ReplicaId[] DrawReplicas(Prng prng)
    {
        var replicas = new List<ReplicaId>();
        var chance = (uint)prng.NextBetween(1, 9);
        for (var i = 1UL; i < ReplicaEnd; i++)
        {
            if (prng.Chance(chance, 9))
            {
                replicas.Add(new ReplicaId(i));
            }
        }

        return [.. replicas];
    }
}
