using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Events;
using Sampan.Raft.Tests.Fixture;
using Sampan.Raft.Tests.Paper;

namespace Sampan.Raft.Tests;

/// <summary>
/// Purpose: what costs nothing must cost nothing. Bytes are those of this thread, after a warm-up; the core has no
/// thread of its own. The runtime itself allocates now and then on a thread whose methods it compiles anew, so that one
/// round of several must be free: what a tick allocates shows in each of them.
/// </summary>
public sealed class AllocationTests
{
    private const int Ticks = 10_000;
    private const int Rounds = 5;
    private static readonly TimeSpan _instant = TimeSpan.FromTicks(1);

    [Fact]
    public void An_idle_tick_of_a_follower_allocates_nothing()
    {
        var lone = new Lone();
        lone.Follow(2, 3, commit: 1, Mail.Command(3, 1));
        RequireFree(lone, Role.Follower);
    }

    [Fact]
    public void An_idle_tick_of_a_learner_allocates_nothing()
    {
        var lone = new Lone(state: ReplicaState.Bootstrap(Configuration.Of(
            [Cluster.MemberOf(2), Cluster.MemberOf(3)], [Cluster.MemberOf(1)])));
        lone.Follow(2, 3, commit: 1, Mail.Command(3, 1));
        RequireFree(lone, Role.Follower);
    }

    [Fact]
    public void An_idle_tick_of_a_leader_between_heartbeats_allocates_nothing()
    {
        var lone = new Lone(voters: 5);
        lone.BecomeReadyLeader();
        lone.Propose();
        lone.AcknowledgeAll();
        RequireFree(lone, Role.Leader);
    }

    [Fact]
    public void An_idle_tick_of_a_leader_in_a_joint_configuration_allocates_nothing()
    {
        var lone = new Lone();
        lone.BecomeReadyLeader();
        var change = new MembershipChange(
            [new MemberChange(MemberChangeKind.AddVoter, Cluster.MemberOf(4))], MembershipTransition.JointExplicit);
        Assert.Equal(ProposeStatus.Accepted, lone.Core.ProposeChange(change));
        lone.AcknowledgeAll();
        Assert.True(lone.Status.Configuration.Configuration.IsJoint);
        RequireFree(lone, Role.Leader);
    }

    /// <summary>
    /// Measured: everything that <c>Propose</c> allocates for batches of 100 commands of 16 bytes each, over 2,000
    /// batches; taking, writing and acknowledging them is not measured. Bound: 64 bytes a command for its entry, which
    /// keeps the payload by reference, and 16 bytes for the growth of the log's tail and of the queue of batches.
    /// </summary>
    [Fact]
    public void A_proposal_on_a_leader_allocates_its_entry_and_little_more()
    {
        const int Batches = 2_000;
        const int BatchSize = 100;
        var lone = new Lone(voters: 1);
        lone.Tick(TimeSpan.FromSeconds(1));
        lone.Settle();
        Assert.Equal(Role.Leader, lone.Core.Role);
        var batch = new Proposal[BatchSize];
        Array.Fill(batch, new Proposal(new byte[16], TimeTicks: 1));
        var allocated = 0L;
        for (var round = -10; round < Batches; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var status = lone.Core.Propose(batch, out _);
            var cost = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.Equal(ProposeStatus.Accepted, status);
            allocated += round >= 0 ? cost : 0;
            lone.Take();
            lone.Write();
            lone.Report();
        }

        var bytesEach = allocated / (double)(Batches * BatchSize);
        Assert.True(bytesEach <= 64 + 16, $"{bytesEach} bytes a proposal");
    }

    private static void RequireFree(Lone lone, Role role)
    {
        lone.Settle();
        var ready = new Ready();
        var (core, now) = (lone.Core, lone.Now);
        for (var tick = 0; tick < 1_000; tick++)
        {
            Idle(core, ready, now);
        }

        var least = long.MaxValue;
        for (var round = 0; round < Rounds && least > 0; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var tick = 0; tick < Ticks; tick++)
            {
                now = now.After(_instant);
                Idle(core, ready, now);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
        Assert.Equal(role, core.Role);
    }

    private static void Idle(RaftReplica core, Ready ready, Instant now)
    {
        core.Tick(now);
        Invariant.Holds(!core.TakeReady(ready, ReadyBudget.Unlimited, now));
    }
}
