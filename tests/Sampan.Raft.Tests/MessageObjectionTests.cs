using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Tests.Fixture;
using Sampan.Raft.Tests.Paper;
using Sampan.Raft.Tests.Random;

namespace Sampan.Raft.Tests;

/// <summary>
/// Purpose: what no honest member could have said raises an objection before the core sees it, and nothing else does
/// (I-39). That honest members never meet with one is checked by the fixture, at every message of every run.
/// </summary>
public sealed class MessageObjectionTests
{
    private static readonly Configuration _members = Cluster.ConfigurationOf([1, 2, 3]);

    [Fact]
    public void A_term_has_one_leader()
    {
        var leader = new Lone();
        leader.BecomeReadyLeader();
        var term = leader.Core.Term;
        foreach (var message in (Message[])
            [
                Mail.Append(2, term, LogId.Zero, commit: 0), Mail.Heartbeat(2, term), Mail.Commit(2, term, commit: 0),
                Mail.Snapshot(2, term, new LogId(term, 9), leader.Status.Configuration),
                Mail.Plain(MessageKind.TimeoutNow, 2, term),
            ])
        {
            RequireObjection(leader, message, "leads in term");
            Assert.Throws<InvariantViolationException>(() => leader.Step(message));
        }

        var follower = Follower();
        RequireObjection(follower, Mail.Append(3, 3, new LogId(3, 3), commit: 0), "replica 2 leads in term 3");
        RequireObjection(
            follower, Mail.Read(MessageKind.ReadIndexResponse, 3, 3, 1, new BootId(99), index: 1), "leads");
        RequireNone(follower, Mail.Read(MessageKind.ReadIndexResponse, 3, 3, 1, new BootId(99), reject: true));
        RequireNone(follower, Mail.Append(3, 4, new LogId(3, 3), commit: 0));
        RequireNone(follower, Mail.Append(3, 2, new LogId(2, 77), commit: 77));
        RequireObjection(new Lone(), Mail.Heartbeat(2, 0), "term 0");
    }

    [Fact]
    public void What_is_committed_is_not_contradicted()
    {
        var follower = Follower();
        RequireObjection(follower, Mail.Append(2, 3, new LogId(2, 2), commit: 2), "contradicts");
        RequireObjection(
            follower, Mail.Append(2, 3, LogId.Zero, 2, Mail.Command(2, 1), Mail.Command(2, 2)), "contradicts");
        RequireObjection(follower, Mail.Snapshot(2, 3, new LogId(2, 2), follower.Status.Configuration), "contradicts");
        // Behind the commit index terms decide, and the older entry goes.
        RequireNone(follower, Mail.Append(3, 4, new LogId(3, 2), commit: 2, Mail.Command(4, 3)));
        RequireNone(follower, Mail.Append(3, 4, new LogId(4, 3), commit: 2));
    }

    [Fact]
    public void A_leader_commits_what_the_follower_holds()
    {
        var follower = Follower();
        RequireObjection(follower, Mail.Heartbeat(2, 3, commit: 4), "ends at 3");
        RequireObjection(follower, Mail.Commit(2, 3, commit: 4), "ends at 3");
        RequireNone(follower, Mail.Heartbeat(2, 3, commit: 3));
        // Of an append only what it verified counts.
        RequireNone(follower, Mail.Append(2, 3, new LogId(3, 3), commit: 99));
    }

    [Fact]
    public void Entries_follow_each_other()
    {
        var follower = Follower();
        var previous = new LogId(3, 3);
        Entry[][] wrong =
        [
            [Mail.Command(3, 5)],
            [Mail.Command(3, 4), Mail.Command(3, 6)],
            [Mail.Command(3, 4), Mail.Command(2, 5)],
            [Mail.Command(2, 4)],
            [Mail.Command(4, 4)],
            [Mail.Command(3, 4), new Entry(EntryKind.Command, 3, 5, timeTicks: 3, new byte[1])],
            [new Entry(EntryKind.Command, 3, 4, timeTicks: -1, new byte[1])],
            [new Entry(EntryKind.Command, 3, 4, timeTicks: long.MaxValue, new byte[1])],
            [new Entry(EntryKind.Configuration, 3, 4, timeTicks: 4, new byte[7])],
            [Mail.Change(3, 4, Configuration.Empty)],
        ];
        Assert.All(wrong, entries => Assert.NotNull(Objection(follower, Mail.Append(2, 3, previous, 2, entries))));
        RequireNone(follower, Mail.Append(2, 3, previous, 2, Mail.Command(3, 4), Mail.Change(3, 5, _members)));
        RequireObjection(follower, Mail.Append(2, 3, new LogId(4, 3), commit: 0), "of term 4");
    }

    [Fact]
    public void A_snapshot_is_one_that_there_can_be()
    {
        var follower = Follower();
        var newest = follower.Status.Configuration;
        RequireNone(follower, Mail.Snapshot(2, 3, new LogId(3, 9), newest));
        RequireObjection(follower, Mail.Plain(MessageKind.Snapshot, 2, 3), "no snapshot");
        RequireObjection(follower, Mail.Snapshot(2, 3, new LogId(4, 9), newest), "there can be no snapshot");
        RequireObjection(follower, Mail.Snapshot(2, 3, new LogId(0, 9), newest), "there can be no snapshot");
        RequireObjection(
            follower,
            Mail.Snapshot(2, 3, new LogId(3, 9), new ConfigurationEntry(10, _members)),
            "there can be no snapshot");
        RequireObjection(
            follower,
            Mail.Snapshot(2, 3, new LogId(3, 9), new ConfigurationEntry(1, Configuration.Empty)),
            "there can be no snapshot");
    }

    [Fact]
    public void An_answer_is_one_to_something_that_was_asked()
    {
        var leader = new Lone();
        leader.BecomeReadyLeader();
        var (term, last) = (leader.Core.Term, leader.Status.LastIndex);
        RequireObjection(leader, Mail.Accepted(2, term, last + 1, leader.Now), "acknowledges");
        RequireObjection(leader, Mail.Accepted(2, term, last, leader.Now.After(TimeSpan.FromTicks(1))), "not sent yet");
        RequireObjection(leader, Mail.Heard(2, term, round: 1, leader.Now), "round 1");
        RequireNone(leader, Mail.Accepted(2, term, last, leader.Now));
        RequireNone(leader, Mail.Heard(2, term, round: 0, leader.Now));
        // Who is no member is not listened to, and a follower hears no answers.
        RequireNone(leader, Mail.Accepted(9, term, last + 1, leader.Now));
        RequireNone(Follower(), Mail.Accepted(2, 3, 99));
    }

    [Fact]
    public void A_message_has_a_sender_and_numbers_that_are_reached()
    {
        var follower = Follower();
        RequireObjection(follower, Mail.Heartbeat(1, 3), "sender");
        RequireObjection(follower, Mail.Heartbeat(0, 3), "sender");
        RequireObjection(follower, Mail.Heartbeat(2, ulong.MaxValue), "nobody ever reaches");
        RequireObjection(follower, Mail.Vote(3, (1UL << 62) + 1, new LogId(3, 3)), "nobody ever reaches");
        RequireObjection(follower, Mail.Plain((MessageKind)15, 2, 3), "kind");
        RequireObjection(follower, Mail.Plain(MessageKind.Removed, 2, 3), "no configuration");
    }

    [Fact]
    public void What_raises_no_objection_breaks_no_invariant()
    {
        var (coverage, stepped) = (new RandomCoverage(), 0);
        for (var seed = 1UL; seed <= 4_000; seed++)
        {
            var run = new RandomRun(seed, coverage);
            try
            {
                stepped += run.Lie(events: 40 + (int)(seed % 160)) ? 1 : 0;
            }
            catch (InvariantViolationException failure)
            {
                Assert.Fail($"seed {seed}: {failure.Message}\n{run.Trace}");
            }
        }

        // Nearly every group was given one that may be stepped.
        Assert.InRange(stepped, 3_600, 4_000);
    }

    /// <summary>It follows replica 2 in term 3; entries 1 and 2 of three are committed.</summary>
    private static Lone Follower()
    {
        var lone = new Lone();
        lone.Follow(2, 3, commit: 2, Mail.Change(3, 1, _members), Mail.Command(3, 2), Mail.Command(3, 3));
        lone.Settle();
        return lone;
    }

    private static string? Objection(Lone lone, Message message) => lone.Core.ObjectionTo(message, lone.Now);

    private static void RequireNone(Lone lone, Message message)
    {
        Assert.Null(Objection(lone, message));
        lone.Step(message);
    }

    private static void RequireObjection(Lone lone, Message message, string part) =>
        Assert.Contains(part, Objection(lone, message), StringComparison.Ordinal);
}
