using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Membership;
using Sampan.Raft.Quorum;

namespace Sampan.Raft.Tests.Membership;

/// <summary>
/// Purpose: over drawn sequences of changes, every configuration is sound, every quorum of one meets every quorum of
/// the next, and the members end where a plain list of parts says they must.
/// </summary>
public sealed class ConfigurationChangerPropertyTests
{
    private const int Sequences = 400;
    private const int ChangesEach = 50;
    private const ulong ReplicaMax = 7;

    [Fact]
    public void Quorums_of_successive_configurations_overlap()
    {
        var prng = new Prng(0xC0FF);
        var joints = 0;
        var simples = 0;
        for (var sequence = 0; sequence < Sequences; sequence++)
        {
            var current = Configuration.Of([new Member(new ReplicaId(1), new StoreId(1))], []);
            for (var i = 0; i < ChangesEach; i++)
            {
                var result = Draw(prng, current);
                Assert.True(result.Configuration is null != result.Error is null);
                if (!result.Succeeded)
                {
                    continue;
                }

                result.Configuration.Validate();
                AssertQuorumsOverlap(current, result.Configuration);
                joints += result.Configuration.IsJoint ? 1 : 0;
                simples += current.IsJoint || result.Configuration.IsJoint ? 0 : 1;
                current = result.Configuration;
            }
        }

        // Without these a broken generator, one whose changes are all refused, would pass.
        Assert.True(joints > Sequences && simples > Sequences, $"{joints} joint and {simples} simple changes");
    }

    [Fact]
    public void A_change_through_the_joint_state_ends_where_its_steps_say()
    {
        var prng = new Prng(0xC0FE);
        var current = Configuration.Of([new Member(new ReplicaId(1), new StoreId(1))], []);
        for (var i = 0; i < Sequences * ChangesEach; i++)
        {
            var steps = DrawSteps(prng);
            var parts = PartsAfter(current, steps);
            var joint = ConfigurationChanger.EnterJoint(current, steps, autoLeave: true);
            if (!joint.Succeeded)
            {
                Assert.Equal("removed all voters", joint.Error);
                Assert.DoesNotContain(true, parts.Values);
                continue;
            }

            var left = ConfigurationChanger.LeaveJoint(joint.Configuration).Configuration;
            Assert.NotNull(left);
            Assert.Equal(parts.Where(part => part.Value).Select(part => part.Key), left.Voters.ToArray());
            Assert.Equal(parts.Where(part => !part.Value).Select(part => part.Key), left.Learners.ToArray());
            Assert.True(joint.Configuration.VotersOutgoing.SequenceEqual(current.Voters));
            current = left;
        }
    }

    [Fact]
    public void A_bound_member_stays_what_it_is_until_it_is_gone_I_25()
    {
        var prng = new Prng(0xC0FB);
        var current = Configuration.Of([new Member(new ReplicaId(1), new StoreId(1))], []);
        var (kept, refused) = (0, 0);
        for (var i = 0; i < Sequences * ChangesEach; i++)
        {
            var steps = DrawSteps(prng).Select(step => step with
            {
                Member = step.Member with { Incarnation = new Incarnation(prng.NextBelow(3UL), 0) },
            });
            var change = prng.Chance(1, 3) ? [] : steps;
            var result = ConfigurationChanger.Apply(
                current, new MembershipChange(change, (MembershipTransition)prng.NextBelow(3)), prng.Chance(1, 2));
            if (!result.Succeeded)
            {
                refused += result.Error.StartsWith("a bound member", StringComparison.Ordinal) ? 1 : 0;
                continue;
            }

            foreach (var member in result.Configuration.Members)
            {
                if (current.TryGetMember(member.Replica, out var known) && known.Incarnation.IsBound)
                {
                    Assert.Equal(known with { Priority = member.Priority }, member);
                    kept++;
                }
            }

            current = result.Configuration;
        }

        Assert.True(kept > Sequences && refused > Sequences, $"{kept} kept, {refused} refused");
    }

    [Fact]
    public void Repeating_the_steps_of_a_change_changes_nothing_more()
    {
        var prng = new Prng(0xC0FD);
        var current = Configuration.Of([new Member(new ReplicaId(1), new StoreId(1))], []);
        for (var i = 0; i < Sequences * ChangesEach; i++)
        {
            // One step a change: of two contradicting steps the second pass would find other ground than the first.
            MemberChange[] step = [DrawStep(prng)];
            var once = ConfigurationChanger.Simple(current, step);
            var twice = ConfigurationChanger.Simple(current, [.. step, .. step]);
            Assert.Equal(once.Error, twice.Error);
            if (once.Succeeded)
            {
                Assert.True(once.Configuration.SameAs(twice.Configuration!));
                current = once.Configuration;
            }
        }
    }

    private static ChangeResult Draw(Prng prng, Configuration current)
    {
        var steps = prng.Chance(1, 3) ? [] : DrawSteps(prng);
        return prng.NextBelow(5) switch
        {
            0 => ConfigurationChanger.Simple(current, steps),
            1 => ConfigurationChanger.EnterJoint(current, steps, prng.Chance(1, 2)),
            2 => ConfigurationChanger.LeaveJoint(current),
            3 => Apply(prng, current, steps, alwaysJoint: true),
            _ => Apply(prng, current, steps, alwaysJoint: false),
        };
    }

    private static ChangeResult Apply(Prng prng, Configuration current, MemberChange[] steps, bool alwaysJoint)
    {
        var change = new MembershipChange(steps, (MembershipTransition)prng.NextBelow(3));
        var result = ConfigurationChanger.Apply(current, change, alwaysJoint);
        if (result.Succeeded && alwaysJoint && !current.IsJoint && !result.Configuration.IsJoint)
        {
            Assert.True(result.Configuration.Voters.SequenceEqual(current.Voters));
        }

        return result;
    }

    private static MemberChange[] DrawSteps(Prng prng)
    {
        var steps = new MemberChange[prng.NextBetween(1, 5)];
        for (var i = 0; i < steps.Length; i++)
        {
            steps[i] = DrawStep(prng);
        }

        return steps;
    }

    private static MemberChange DrawStep(Prng prng)
    {
        var kind = (MemberChangeKind)prng.NextBelow(4);
        var replica = new ReplicaId(prng.NextBelow(ReplicaMax + 1));
        var store = new StoreId(prng.NextBelow(3UL));
        return new MemberChange(kind, new Member(replica, store, default, prng.NextBelow(4)));
    }

    // The naive twin: who is voter (true) or learner (false), one step after the other.
    private static SortedDictionary<ReplicaId, bool> PartsAfter(Configuration current, MemberChange[] steps)
    {
        var parts = new SortedDictionary<ReplicaId, bool>();
        foreach (var member in current.Members)
        {
            parts[member.Replica] = current.IsVoter(member.Replica);
        }

        foreach (var step in steps.Where(step => step.Member.Replica != ReplicaId.None))
        {
            if (step.Kind is MemberChangeKind.AddVoter or MemberChangeKind.AddLearner)
            {
                parts[step.Member.Replica] = step.Kind == MemberChangeKind.AddVoter;
            }
            else if (step.Kind == MemberChangeKind.Remove)
            {
                parts.Remove(step.Member.Replica);
            }
        }

        return parts;
    }

    // A larger set of an agreeing quorum agrees too, so a set and its complement are the only pairs that need a look.
    private static void AssertQuorumsOverlap(Configuration older, Configuration newer)
    {
        for (var bits = 0UL; bits < 1UL << (int)(ReplicaMax + 1); bits++)
        {
            var inside = new Ballots(bits);
            var outside = new Ballots(~bits);
            Assert.False(
                JointQuorum.Result(older, in inside) == VoteResult.Won
                    && JointQuorum.Result(newer, in outside) == VoteResult.Won,
                $"{older} and {newer} decide without a common member");
        }
    }

    private readonly struct Ballots(ulong granted) : IBallots
    {
        public bool TryGetVote(ReplicaId replica, out bool yes)
        {
            yes = (granted & (1UL << (int)replica.Value)) != 0;
            return true;
        }
    }
}
