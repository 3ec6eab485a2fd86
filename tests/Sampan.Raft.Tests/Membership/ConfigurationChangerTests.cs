using Sampan.Model;
using Sampan.Raft.Membership;

namespace Sampan.Raft.Tests.Membership;

/// <summary>
/// Purpose: what a change makes of a configuration beyond the parts that the conformance files cover: what is known of
/// members, which way a change takes, and what it must leave alone.
/// </summary>
public sealed class ConfigurationChangerTests
{
    private static readonly Incarnation Bound = new(7, 9);

    [Fact]
    public void A_promotion_without_a_store_keeps_what_is_known_of_the_learner()
    {
        var known = Member(4) with { Incarnation = Bound, Priority = 5 };
        var current = Configuration.Of([Member(1), Member(2), Member(3)], [known]);

        var next = Changed(ConfigurationChanger.Simple(current, [Step(MemberChangeKind.AddVoter, 4)]));

        Assert.True(next.IsVoter(known.Replica));
        Assert.Equal(known, Known(next, 4));
    }

    [Fact]
    public void A_promotion_with_a_store_records_it()
    {
        var current = Configuration.Of([Member(1)], [Member(4)]);
        var moved = new Member(new ReplicaId(4), new StoreId(400), Bound, 3);

        var next = Changed(ConfigurationChanger.Simple(current, [new(MemberChangeKind.AddVoter, moved)]));

        Assert.Equal(moved, Known(next, 4));
    }

    /// <summary>C9: whoever proposes a change knows a store's id, and seldom the incarnation that was bound.</summary>
    [Theory]
    [InlineData(MemberChangeKind.AddVoter, 4)]
    [InlineData(MemberChangeKind.AddLearner, 4)]
    [InlineData(MemberChangeKind.Update, 4)]
    [InlineData(MemberChangeKind.AddVoter, 2)]
    [InlineData(MemberChangeKind.AddLearner, 2)]
    [InlineData(MemberChangeKind.Update, 2)]
    public void A_step_that_names_no_incarnation_keeps_the_bound_one_C9(MemberChangeKind kind, int replica)
    {
        var current = Configuration.Of(
            [Member(1), Member(2) with { Incarnation = Bound }, Member(3)], [Member(4) with { Incarnation = Bound }]);
        var step = new MemberChange(kind, Member((ulong)replica) with { Priority = 6 });

        foreach (var alwaysJoint in (bool[])[true, false])
        {
            var next = Changed(ConfigurationChanger.Apply(current, new MembershipChange([step]), alwaysJoint));

            Assert.Equal(step.Member with { Incarnation = Bound }, Known(next, (ulong)replica));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_member_that_is_removed_and_added_in_one_change_is_the_same_member_C9(bool alwaysJoint)
    {
        var known = Member(2) with { Incarnation = Bound };
        var current = Configuration.Of([Member(1), known, Member(3)], []);
        var remove = Step(MemberChangeKind.Remove, 2);

        MembershipTransition[] transitions = [MembershipTransition.Auto, MembershipTransition.JointExplicit];
        foreach (var transition in transitions)
        {
            var change = new MembershipChange([remove, new(MemberChangeKind.AddVoter, Member(2))], transition);
            var next = Changed(ConfigurationChanger.Apply(current, change, alwaysJoint));

            Assert.Equal(known, Known(next, 2));
        }
    }

    /// <summary>Whoever voted under the bound incarnation may count on until its removal is committed.</summary>
    [Theory]
    [InlineData("AddVoter", 102, 8)]
    [InlineData("AddLearner", 102, 8)]
    [InlineData("Update", 102, 8)]
    [InlineData("AddVoter", 999, 0)]
    [InlineData("Update", 999, 7)]
    [InlineData("Remove AddVoter", 102, 8)]
    [InlineData("Remove AddLearner", 999, 0)]
    public void Another_store_or_incarnation_for_a_bound_member_is_refused_C9(
        string kinds, ulong store, ulong incarnation)
    {
        var current = Configuration.Of([Member(1), Member(2) with { Incarnation = Bound }, Member(3)], []);
        var bound = incarnation == 0 ? Incarnation.Unbound : new Incarnation(incarnation, 9);
        var member = new Member(new ReplicaId(2), new StoreId(store), bound, Model.Member.DefaultPriority);
        MemberChange[] steps =
            [.. kinds.Split(' ').Select(kind => new MemberChange(Enum.Parse<MemberChangeKind>(kind), member))];

        foreach (var transition in Enum.GetValues<MembershipTransition>())
        {
            var result = ConfigurationChanger.Apply(
                current, new MembershipChange(steps, transition), alwaysJoint: false);

            Assert.Equal("a bound member keeps its store and incarnation until it is removed", result.Error);
        }
    }

    [Theory]
    [InlineData(MemberChangeKind.AddVoter)]
    [InlineData(MemberChangeKind.AddLearner)]
    public void More_members_than_a_group_may_have_are_refused(MemberChangeKind kind)
    {
        var members = Enumerable.Range(1, Configuration.MembersMax).Select(id => Member((ulong)id)).ToList();
        var full = Configuration.Of(members.Take(5), members.Skip(5));
        var added = Step(kind, (ulong)Configuration.MembersMax + 1);

        var result = ConfigurationChanger.Apply(full, new MembershipChange([added]), alwaysJoint: true);

        Assert.Equal("a group has 32 members at most", result.Error);
        var swapped = ConfigurationChanger.Apply(
            full, new MembershipChange([Step(MemberChangeKind.Remove, 32), added]), alwaysJoint: true);
        Assert.True(swapped.Succeeded);
    }

    [Fact]
    public void Once_its_removal_is_done_a_member_may_come_with_another_incarnation()
    {
        var current = Configuration.Of([Member(1), Member(2) with { Incarnation = Bound }, Member(3)], []);
        var fresh = Member(2) with { Incarnation = new Incarnation(8, 9) };

        var without = Changed(ConfigurationChanger.Simple(current, [Step(MemberChangeKind.Remove, 2)]));
        var next = Changed(ConfigurationChanger.Simple(without, [new(MemberChangeKind.AddVoter, fresh)]));

        Assert.Equal(fresh, Known(next, 2));
    }

    [Fact]
    public void A_change_of_priority_alone_is_a_change()
    {
        var known = Member(2) with { Incarnation = Bound };
        var current = Configuration.Of([Member(1), known], []);
        var step = new MemberChange(MemberChangeKind.Update, new Member(known.Replica, default, default, 8));

        var next = Changed(ConfigurationChanger.Apply(current, new MembershipChange([step]), alwaysJoint: true));

        Assert.False(next.IsJoint);
        Assert.False(next.SameAs(current));
        Assert.Equal(known with { Priority = 8 }, Known(next, 2));
    }

    [Fact]
    public void An_update_of_somebody_unknown_changes_nothing()
    {
        var current = Configuration.Of([Member(1)], [Member(2)]);

        var next = Changed(ConfigurationChanger.Simple(current, [new(MemberChangeKind.Update, Member(3))]));

        Assert.True(next.SameAs(current));
    }

    [Fact]
    public void A_removed_voter_stays_described_until_the_joint_state_is_left()
    {
        var current = Configuration.Of([Member(1), Member(2), Member(3)], []);

        var joint = Changed(ConfigurationChanger.Apply(
            current, MembershipChange.Remove(new ReplicaId(3)), alwaysJoint: true));
        var left = Changed(ConfigurationChanger.LeaveJoint(joint));

        Assert.Equal("voters=(1 2)&&(1 2 3) autoleave", joint.ToString());
        Assert.Equal(Member(3), Known(joint, 3));
        Assert.False(left.Contains(new ReplicaId(3)));
    }

    [Fact]
    public void A_demoted_voter_keeps_its_store_and_becomes_a_learner_when_the_joint_state_is_left()
    {
        var current = Configuration.Of([Member(1), Member(2)], []);

        var joint = Changed(ConfigurationChanger.EnterJoint(
            current, [Step(MemberChangeKind.AddLearner, 2)], autoLeave: false));
        var left = Changed(ConfigurationChanger.LeaveJoint(joint));

        Assert.Equal("voters=(1)&&(1 2) learners_next=(2)", joint.ToString());
        Assert.Equal("voters=(1) learners=(2)", left.ToString());
        Assert.Equal(Member(2), Known(left, 2));
    }

    [Theory]
    [InlineData("v1 l4", MembershipTransition.Auto, true, "voters=(1 2 3) learners=(4)")]
    [InlineData("v4", MembershipTransition.Auto, true, "voters=(1 2 3 4)&&(1 2 3) autoleave")]
    [InlineData("v4", MembershipTransition.Auto, false, "voters=(1 2 3 4)")]
    [InlineData("r3 l4", MembershipTransition.Auto, false, "voters=(1 2) learners=(4)")]
    [InlineData("r3 v4", MembershipTransition.Auto, false, "voters=(1 2 4)&&(1 2 3) autoleave")]
    [InlineData("l3", MembershipTransition.Auto, true, "voters=(1 2)&&(1 2 3) learners_next=(3) autoleave")]
    [InlineData("l4", MembershipTransition.JointImplicit, true, "voters=(1 2 3)&&(1 2 3) learners=(4) autoleave")]
    [InlineData("v4", MembershipTransition.JointExplicit, true, "voters=(1 2 3 4)&&(1 2 3)")]
    [InlineData("r1 r2 r3", MembershipTransition.Auto, true, "removed all voters")]
    [InlineData("", MembershipTransition.Auto, true, "can't leave a non-joint config")]
    public void A_change_takes_the_way_it_needs(
        string steps, MembershipTransition transition, bool alwaysJoint, string expected)
    {
        var current = Configuration.Of([Member(1), Member(2), Member(3)], []);
        var change = new MembershipChange(Conformance.MemberSteps.Parse(steps), transition);

        var result = ConfigurationChanger.Apply(current, change, alwaysJoint);

        Assert.Equal(expected, result.Configuration?.ToString() ?? result.Error);
    }

    [Theory]
    [InlineData("", "voters=(1)")]
    [InlineData("v3", "can't apply simple config change in joint config")]
    [InlineData("v3 v4", "config is already joint")]
    public void In_a_joint_state_only_leaving_it_is_possible(string steps, string expected)
    {
        var plain = Configuration.Of([Member(1), Member(2)], []);
        var joint = Changed(ConfigurationChanger.EnterJoint(
            plain, [Step(MemberChangeKind.Remove, 2)], autoLeave: false));
        var change = new MembershipChange(Conformance.MemberSteps.Parse(steps));

        var result = ConfigurationChanger.Apply(joint, change, alwaysJoint: false);

        Assert.Equal(expected, result.Configuration?.ToString() ?? result.Error);
    }

    [Fact]
    public void The_recovery_generation_is_kept()
    {
        var current = new Configuration([new(1)], [], [], [], autoLeave: false, [Member(1)], recoveryGeneration: 6);

        var joint = Changed(ConfigurationChanger.EnterJoint(
            current, [Step(MemberChangeKind.AddVoter, 2)], autoLeave: true));
        var left = Changed(ConfigurationChanger.LeaveJoint(joint));

        Assert.Equal(6UL, joint.RecoveryGeneration);
        Assert.Equal(6UL, left.RecoveryGeneration);
    }

    private static Member Member(ulong replica) => new(new ReplicaId(replica), new StoreId(replica + 100));

    private static MemberChange Step(MemberChangeKind kind, ulong replica) =>
        new(kind, new Member(new ReplicaId(replica), default));

    private static Member Known(Configuration configuration, ulong replica)
    {
        Assert.True(configuration.TryGetMember(new ReplicaId(replica), out var member));
        return member;
    }

    private static Configuration Changed(ChangeResult result)
    {
        Assert.Null(result.Error);
        Assert.NotNull(result.Configuration);
        return result.Configuration;
    }
}
