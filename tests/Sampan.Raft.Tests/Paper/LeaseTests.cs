using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Events;
using Sampan.Raft.Tests.Fixture;

namespace Sampan.Raft.Tests.Paper;

/// <summary>
/// Dissertation, 6.4.1: reads that rest on a lease; off by default, and never longer than somebody promised.
/// </summary>
public sealed class LeaseTests
{
    [Fact]
    public void Leases_are_off_by_default()
    {
        var lone = new Lone();
        lone.BecomeReadyLeader();
        lone.Deliver(Mail.Heard(2, 1, 0, lone.Now));
        Assert.False(ReadsAtOnce(lone));
    }

    [Fact]
    public void A_lease_answers_a_read_without_a_round()
    {
        var lone = Holder();
        Assert.True(ReadsAtOnce(lone));
        Assert.Empty(lone.All(MessageKind.Heartbeat));
    }

    [Fact]
    public void A_lease_answers_nothing_before_an_entry_of_this_term_is_committed_D1()
    {
        var lone = new Lone(configure: options => options with { LeaseReads = true });
        lone.BecomeLeader();
        lone.Deliver(Mail.Heard(2, 1, 0, lone.Now));
        Assert.False(ReadsAtOnce(lone));
    }

    [Fact]
    public void A_lease_runs_from_the_sending_of_the_oldest_request_of_the_quorum_shortened_by_drift_D4()
    {
        var lone = new Lone(voters: 5, configure: options => options with { LeaseReads = true });
        lone.BecomeReadyLeader();
        var oldest = lone.Now;
        lone.Pass(lone.T / 2);
        lone.Step(Mail.Heard(2, 1, 0, oldest));
        lone.Step(Mail.Heard(3, 1, 0, lone.Now));
        lone.Step(Mail.Heard(4, 1, 0, oldest));
        lone.Settle();
        // A tenth of T is the bound of drift.
        lone.Pass((lone.T / 10 * 9) - (lone.T / 2) - TimeSpan.FromTicks(1));
        Assert.True(ReadsAtOnce(lone));
        lone.Pass(TimeSpan.FromTicks(1));
        Assert.False(ReadsAtOnce(lone));
    }

    [Fact]
    public void A_lease_counts_with_the_smallest_T_of_its_quorum()
    {
        var lone = new Lone(voters: 5, configure: options => options with { LeaseReads = true });
        lone.BecomeReadyLeader();
        var now = lone.Now.After(TimeSpan.FromTicks(1));
        lone.Pass(TimeSpan.FromTicks(1));
        lone.Step(Mail.Heard(2, 1, 0, now, TimeSpan.FromMilliseconds(100)));
        lone.Step(Mail.Heard(3, 1, 0, now, TimeSpan.FromMilliseconds(400)));
        lone.Step(Mail.Heard(4, 1, 0, now, TimeSpan.FromMilliseconds(200)));
        lone.Step(Mail.Heard(5, 1, 0, now, TimeSpan.FromMilliseconds(300)));
        // The best quorum besides the leader is 3 and 5: its smallest T is 300 ms, less a tenth.
        lone.Pass(TimeSpan.FromMilliseconds(270) - TimeSpan.FromTicks(1));
        Assert.True(ReadsAtOnce(lone));
        lone.Pass(TimeSpan.FromTicks(1));
        Assert.False(ReadsAtOnce(lone));
    }

    [Fact]
    public void Every_acknowledgement_carries_the_T_of_its_sender()
    {
        var lone = new Lone(configure: options => options with { ElectionTimeout = TimeSpan.FromMilliseconds(777) });
        foreach (var message in (Message[])[
            Mail.Heartbeat(2, 3), Mail.Append(2, 3, LogId.Zero, 0), Mail.Append(2, 3, new LogId(2, 9), 0)])
        {
            var answer = Assert.Single(lone.Deliver(message));
            Assert.Equal(TimeSpan.FromMilliseconds(777), answer.ElectionTimeout);
        }
    }

    [Fact]
    public void A_lease_ends_for_the_rest_of_the_term_as_soon_as_TimeoutNow_was_sent_D3_O3()
    {
        var lone = Holder();
        lone.Core.Transfer(new ReplicaId(2), lone.Now);
        Assert.False(ReadsAtOnce(lone));
        for (var i = 0; i < 20; i++)
        {
            lone.Tick(lone.T / 10);
            lone.AcknowledgeAll();
        }

        Assert.Equal(ReplicaId.None, lone.Status.TransferTarget);
        Assert.Equal(Role.Leader, lone.Core.Role);
        lone.Deliver(Mail.Heard(2, 1, 0, lone.Now));
        lone.Deliver(Mail.Heard(3, 1, 0, lone.Now));
        Assert.False(ReadsAtOnce(lone));
    }

    [Fact]
    public void A_transfer_that_never_sent_TimeoutNow_costs_no_lease()
    {
        var lone = Holder();
        lone.Propose();
        lone.Core.Transfer(new ReplicaId(2), lone.Now);
        Assert.True(ReadsAtOnce(lone));
    }

    [Fact]
    public void In_the_joint_state_a_lease_needs_a_quorum_of_both_halves_O20()
    {
        var lone = Holder();
        var change = new MembershipChange(
            [.. ((ulong[])[4, 5, 6]).Select(id => new MemberChange(MemberChangeKind.AddVoter, Cluster.MemberOf(id))),
             .. ((ulong[])[2, 3]).Select(id => new MemberChange(MemberChangeKind.Remove, Cluster.MemberOf(id)))],
            MembershipTransition.JointExplicit);
        Assert.Equal(ProposeStatus.Accepted, lone.Core.ProposeChange(change));
        Assert.False(ReadsAtOnce(lone));
        lone.Step(Mail.Heard(4, 1, 0, lone.Now));
        lone.Step(Mail.Heard(5, 1, 0, lone.Now));
        Assert.True(ReadsAtOnce(lone));
    }

    /// <summary>A leader whose quorum answered just now.</summary>
    private static Lone Holder()
    {
        var lone = new Lone(configure: options => options with { LeaseReads = true });
        lone.BecomeReadyLeader();
        lone.Deliver(Mail.Heard(2, 1, 0, lone.Now));
        lone.Deliver(Mail.Heard(3, 1, 0, lone.Now));
        lone.Sent.Clear();
        return lone;
    }

    private static bool ReadsAtOnce(Lone lone)
    {
        Assert.Equal(ReadStatus.Accepted, lone.Core.ReadIndex(lone.Now, out var ticket));
        lone.Take();
        return lone.Reads.Any(read => read.Ticket == ticket && read.Outcome == ReadOutcome.Confirmed);
    }
}
