using Sampan.Model;
using Sampan.Raft.Events;
using Sampan.Raft.Progress;
using Sampan.Raft.Tests.Fixture;
using Sampan.Raft.Tests.Paper;

namespace Sampan.Raft.Tests;

/// <summary>One test a defect of the core, smallest story that shows it.</summary>
public sealed class CoreRegressionTests
{
    [Fact]
    public void AFollowerThatAcknowledgedEverythingIsNotSentAnEmptyAppend()
    {
        // The answer to a heartbeat overtakes the acknowledgement of an append; both are in the mailbox of one round.
        var cluster = new Cluster(3, new ClusterOptions { ProcessesReady = false });
        cluster.Elect(1);
        cluster.Propose(1, "a");
        cluster.Do(1, "heartbeat", (core, now) => core.SendHeartbeats(now));
        cluster.Finish();
        cluster.DeliverOnce();
        cluster.Finish();
        cluster.DeliverOnce();
        cluster.Finish();
        Assert.Equal(2UL, cluster[1].Status.HardState.Commit);
        Assert.DoesNotContain(
            cluster.Network.Waiting(1, 2),
            parcel => parcel.Message is { Kind: MessageKind.Append, Entries.Count: 0 });
    }

    [Fact]
    public void AReadThatWaitsForARoundEndsWhenAChangeLeavesTheLeaderAlone()
    {
        var cluster = new Cluster(2);
        cluster.Elect(1);
        cluster.ReadIndex(1, out var ticket);
        cluster.DropAll();
        cluster.ProposeChange(1, MembershipChange.Remove(new ReplicaId(2)));
        cluster.Stabilize();
        Assert.Equal("voters=(1)", cluster[1].Status.Configuration.Configuration.ToString());
        Assert.Equal(new ReadState(ticket, ReadOutcome.Confirmed, 1), Assert.Single(cluster[1].Reads));
    }

    [Fact]
    public void ALeaderThatIsRemovedWhileItHandsOverGoesOnHandingOver()
    {
        var cluster = new Cluster(3);
        cluster.Elect(1);
        cluster.ProposeChange(1, MembershipChange.Remove(new ReplicaId(1)));
        Assert.Equal(TransferStatus.Started, cluster.Transfer(1, 3));
        cluster.Stabilize();
        Assert.Equal(Role.Leader, cluster[3].Status.Role);
        Assert.Equal("voters=(2 3)", cluster[3].Status.Configuration.Configuration.ToString());
    }

    [Fact]
    public void AFollowerThatNeedsASnapshotIsFedUntilThereIsOne()
    {
        // The leader cannot commit, hence not take a snapshot, without the acknowledgements of the one that needs it.
        var cluster = new Cluster(2);
        cluster[1].FlushesApplied = false;
        cluster.Elect(1);
        cluster.Propose(1, "a");
        cluster.Propose(1, "b");
        cluster.Stabilize();
        Assert.True(cluster[2].TakeSnapshot());
        Assert.True(cluster[2].Compact(4));
        cluster.Propose(1, "c");
        cluster.DropAll();
        cluster.Crash(1);
        cluster.Crash(2);
        cluster[2].LoseSnapshots();
        cluster.Restart(1);
        cluster.Restart(2, needSnapshotIndex: 3);
        cluster.Run(TimeSpan.FromSeconds(10));
        Assert.Equal(Role.Leader, cluster[1].Status.Role);
        Assert.Equal(cluster[1].Status.LastIndex, cluster[1].Status.HardState.Commit);
        Assert.Contains(cluster[1].Status.Progress, member => member.State == ProgressState.Snapshot);
        Assert.True(cluster[1].TakeSnapshot());
        cluster.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(cluster[1].Status.LastIndex, cluster[2].Status.AppliedIndex);
    }

    [Fact]
    public void ALeaderThatIsRemovedSendsTimeoutNowAgainIfItIsLost()
    {
        var cluster = new Cluster(3);
        cluster.Elect(1);
        cluster.Run(TimeSpan.FromMilliseconds(500));
        cluster.Network.Holds = message => message.Kind == MessageKind.TimeoutNow;
        cluster.ProposeChange(1, MembershipChange.Remove(new ReplicaId(1)));
        cluster.Stabilize();
        cluster.Network.Release(1, _ => false);
        cluster.Network.Holds = _ => false;
        // At the next heartbeat, long before an election timeout.
        cluster.Run(TimeSpan.FromMilliseconds(900));
        Assert.NotNull(cluster.Leader());
    }

    [Fact]
    public void AnAnswerToAnEarlierTermsAppendIsNoRejection()
    {
        var configuration = new ConfigurationEntry(0, Cluster.ConfigurationOf([1, 2, 3]));
        var lone = new Lone();
        lone.BecomeReadyLeader();
        for (var i = 0; i < 5; i++)
        {
            lone.Propose();
        }

        lone.AcknowledgeAll();
        lone.Core.SnapshotTaken(new SnapshotMeta(new LogId(1, 6), configuration, timeTicks: 0));
        lone.Log.Compact(7);
        lone.Core.Compacted(7);
        // 2 answered an append of term 1 with its own, later term (A8). Before the answer arrives this replica is
        // elected in that very term.
        lone.Deliver(Mail.Heartbeat(3, 2));
        lone.Pass(lone.T * 2);
        lone.BecomeLeader();
        lone.Deliver(Mail.Plain(MessageKind.AppendResponse, 2, lone.Core.Term, index: 6, reject: true));
        // 2 holds everything up to 6: it needs no snapshot.
        Assert.DoesNotContain(lone.Sent, message => message.Kind == MessageKind.Snapshot);
    }

    /// <summary>
    /// The only voter that stays has told the leader that it has no state. The leader removes itself all the same,
    /// hands over to a replica that may not campaign, and its store deletes the last state of the group.
    /// </summary>
    [Fact]
    public void ALeaderDoesNotLeaveTheGroupToAVoterWithoutState()
    {
        var cluster = new Cluster(2);
        cluster[1].FlushesApplied = false;
        cluster.Elect(1);
        cluster.Propose(1, "a");
        cluster.Propose(1, "b");
        cluster.Stabilize();
        Assert.True(cluster[2].TakeSnapshot());
        Assert.True(cluster[2].Compact(4));
        cluster.Crash(2);
        cluster[2].LoseSnapshots();
        cluster.Restart(2, needSnapshotIndex: 3);
        cluster.Run(TimeSpan.FromSeconds(1));
        Assert.Contains(
            cluster[1].Status.Progress,
            member => member.Replica.Value == 2 && member.State == ProgressState.Snapshot);
        cluster.ProposeChange(1, MembershipChange.Remove(new ReplicaId(1)));
        cluster.Run(TimeSpan.FromSeconds(1));
        // The host destroys it as soon as it says so; the state is nowhere then.
        Assert.False(cluster[1].Core.IsRemoved);
    }

    [Fact]
    public void LeadershipIsNotHandedToAMemberThatAsksForASnapshot()
    {
        var lone = new Lone();
        lone.BecomeReadyLeader();
        lone.Deliver(Mail.Heard(2, 1, 0, lone.Now, need: 1));
        // 2 may not campaign, and said so; for T proposals would be refused for nothing.
        Assert.Equal(TransferStatus.BadTarget, lone.Core.Transfer(new ReplicaId(2), lone.Now));
    }

    [Fact]
    public void ALeaderThatWasRemovedHandsOverOnceSomebodyHasAState()
    {
        var cluster = new Cluster(2);
        cluster[1].FlushesApplied = false;
        cluster.Elect(1);
        cluster.Propose(1, "a");
        cluster.Propose(1, "b");
        cluster.Stabilize();
        Assert.True(cluster[2].TakeSnapshot());
        Assert.True(cluster[2].Compact(4));
        cluster.ProposeChange(1, MembershipChange.Remove(new ReplicaId(1)));
        // 2 loses its state when only the end of the joint state is not committed.
        while (cluster[1].Status.HardState.Commit < 4)
        {
            cluster.DeliverOnce();
        }

        cluster.Crash(2);
        cluster[2].LoseSnapshots();
        cluster.Restart(2, needSnapshotIndex: 3);
        cluster.Run(TimeSpan.FromSeconds(3));
        Assert.Equal(Role.Leader, cluster[1].Status.Role);
        Assert.True(cluster[1].TakeSnapshot());
        cluster.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(Role.Leader, cluster[2].Status.Role);
        Assert.True(cluster[1].Core.IsRemoved);
    }

    [Theory]
    [InlineData(0, 0UL, ProposeStatus.InvalidChange)]
    [InlineData(1, 5UL, ProposeStatus.LearnerNotReady)]
    [InlineData(1, 0UL, ProposeStatus.Accepted)]
    public void AChangeThatLeavesNobodyWhoCanLeadIsRefused(int priority, ulong needs, ProposeStatus expected)
    {
        var lone = new Lone(state: ReplicaState.Bootstrap(Configuration.Of(
            [Cluster.MemberOf(1), Cluster.MemberOf(2, priority)], [])));
        lone.BecomeReadyLeader();
        lone.Deliver(Mail.Heard(2, 1, 0, lone.Now, need: needs));
        Assert.Equal(expected, lone.Core.ProposeChange(MembershipChange.Remove(new ReplicaId(1))));
    }

    [Fact]
    public void WithoutANamedTargetNobodyIsChosenWhoIsAway()
    {
        var lone = new Lone();
        lone.BecomeReadyLeader();
        lone.Propose();
        lone.AcknowledgeAll();
        lone.Propose();
        lone.Settle();
        // 2 has the longest log, and was not heard of for longer than an election timeout.
        lone.Step(Mail.Accepted(2, 1, lone.Status.LastIndex, lone.Now));
        for (var passed = TimeSpan.Zero; passed <= lone.T; passed += lone.T / 4)
        {
            lone.Tick(lone.T / 4);
            lone.Step(Mail.Heard(3, 1, 0, lone.Now));
        }

        Assert.Equal(TransferStatus.Started, lone.Core.Transfer(ReplicaId.None, lone.Now));
        Assert.Equal(new ReplicaId(3), lone.Status.TransferTarget);
    }

    [Fact]
    public void ALearnerThatMissedItsRemovalAsksAndEnds()
    {
        var cluster = new Cluster(3);
        cluster.Elect(1);
        cluster.AddBlank(4);
        cluster.ProposeChange(1, MembershipChange.AddLearner(Cluster.MemberOf(4)));
        cluster.Stabilize();
        cluster.Isolate(4);
        cluster.ProposeChange(1, MembershipChange.Remove(new ReplicaId(4)));
        cluster.Run(TimeSpan.FromSeconds(1));
        Assert.False(cluster[4].Core.IsRemoved);
        cluster.Heal();
        cluster.Run(TimeSpan.FromSeconds(5));
        Assert.True(cluster[4].Core.IsRemoved);
    }
}
