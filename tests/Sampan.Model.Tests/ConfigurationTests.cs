using Sampan.Base;

namespace Sampan.Model.Tests;

public sealed class ConfigurationTests
{
    private static readonly ReplicaId _one = new(1);
    private static readonly ReplicaId _two = new(2);
    private static readonly ReplicaId _three = new(3);

    /// <summary>
    /// Lists given in any order are kept sorted, so that equal configurations look and encode the same.
    /// </summary>
    [Fact]
    public void Lists_are_sorted()
    {
        var configuration = Configuration.Of([Member(3), Member(1)], [Member(2)]);
        Assert.Equal([_one, _three], configuration.Voters.ToArray());
        Assert.Equal("voters=(1 3) learners=(2)", configuration.ToString());
        Assert.True(configuration.SameAs(Configuration.Of([Member(1), Member(3)], [Member(2)])));
    }

    /// <summary>A learner is a member and no voter; a stranger is neither.</summary>
    [Fact]
    public void Membership_and_the_right_to_vote_are_two_things()
    {
        var configuration = Configuration.Of([Member(1)], [Member(2)]);
        Assert.True(configuration.IsVoter(_one));
        Assert.False(configuration.IsVoter(_two));
        Assert.True(configuration.IsLearner(_two));
        Assert.True(configuration.Contains(_two));
        Assert.False(configuration.Contains(_three));
    }

    /// <summary>In the joint state a voter of either half votes.</summary>
    [Fact]
    public void Voters_of_both_halves_vote()
    {
        var configuration = new Configuration(
            voters: [_one, _two],
            votersOutgoing: [_one, _three],
            learners: [],
            learnersNext: [_three],
            autoLeave: true,
            members: [Member(1), Member(2), Member(3)],
            recoveryGeneration: 0);
        Assert.True(configuration.IsJoint);
        Assert.True(configuration.IsVoter(_three));
        Assert.False(configuration.IsIncomingVoter(_three));
        Assert.Equal("voters=(1 2)&&(1 3) learners_next=(3) autoleave", configuration.ToString());
    }

    /// <summary>Nobody votes and learns at once, and every name has its description.</summary>
    [Fact]
    public void Contradictions_are_impossible_states()
    {
        Assert.Throws<InvariantViolationException>(() => Configuration.Of([Member(1)], [Member(1)]));
        Assert.Throws<InvariantViolationException>(() => Configuration.Of([Member(1), Member(1)], []));
        Assert.Throws<InvariantViolationException>(() =>
            new Configuration([_one, _two], [], [], [], autoLeave: false, [Member(1)], recoveryGeneration: 0));
        Assert.Throws<InvariantViolationException>(() =>
            new Configuration([_one], [], [], [_one], autoLeave: false, [Member(1)], recoveryGeneration: 0));
    }

    private static Member Member(ulong replica) => new(new ReplicaId(replica), new StoreId(replica));
}
