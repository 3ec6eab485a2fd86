using System.Globalization;
using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Tests.Fixture;
using Sampan.Raft.Tests.Paper;

namespace Sampan.Raft.Tests;

/// <summary>
/// Purpose: a real replica in each role does with each kind of message what the table says, and survives messages of
/// every other term.
/// </summary>
public sealed class RoleMessageTests
{
    private static readonly Configuration _without = Cluster.ConfigurationOf([2, 3, 4]);

    /// <summary>Every role with every kind of message.</summary>
    public static TheoryData<Role, MessageKind> Cells()
    {
        var cells = new TheoryData<Role, MessageKind>();
        foreach (var role in Enum.GetValues<Role>())
        {
            foreach (var kind in Enum.GetValues<MessageKind>())
            {
                cells.Add(role, kind);
            }
        }

        return cells;
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void A_message_of_the_own_term_is_treated_as_the_table_says(Role role, MessageKind kind)
    {
        var lone = InRole(role);
        // A granted pre-vote answer names the term that would be campaigned in: that is its "own" one.
        var term = lone.Core.Term + (kind == MessageKind.PreVoteResponse ? 1UL : 0);
        var message = Sample(kind, term, lone);
        var before = Snapshot(lone);
        switch (MessageTable.For(role, kind))
        {
            case MessageHandling.Impossible:
                Assert.Throws<InvariantViolationException>(() => lone.Step(message));
                break;
            case MessageHandling.Ignore:
                lone.Deliver(message);
                Assert.Equal(before, Snapshot(lone));
                break;
            case MessageHandling.Refuse:
                Assert.True(Assert.Single(lone.Deliver(message)).Reject);
                break;
            default:
                lone.Deliver(message);
                Assert.NotEqual(before, Snapshot(lone));
                break;
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void A_message_of_an_older_term_is_answered_or_ignored(Role role, MessageKind kind)
    {
        var lone = InRole(role);
        var before = Snapshot(lone);
        var term = lone.Core.Term;
        var sent = lone.Deliver(Sample(kind, term - 1, lone));
        Assert.Equal(term, lone.Core.Term);
        Assert.Equal(role, lone.Core.Role);
        switch (kind)
        {
            case MessageKind.Append or MessageKind.Heartbeat or MessageKind.Commit or MessageKind.Snapshot:
                RequireRefusal(Assert.Single(sent), MessageKind.AppendResponse, term);
                break;
            case MessageKind.Vote:
                RequireRefusal(Assert.Single(sent), MessageKind.VoteResponse, term);
                break;
            case MessageKind.PreVote:
                RequireRefusal(Assert.Single(sent), MessageKind.PreVoteResponse, term);
                break;
            case MessageKind.ReadIndex when role != Role.Leader:
                RequireRefusal(Assert.Single(sent), MessageKind.ReadIndexResponse, term);
                break;
            case MessageKind.ReadIndex or MessageKind.Removed or MessageKind.MembershipQuery:
                Assert.NotEqual(before, Snapshot(lone));
                break;
            default:
                Assert.Equal(before, Snapshot(lone));
                break;
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void A_message_of_a_newer_term_is_adopted_unless_it_may_not_be(Role role, MessageKind kind)
    {
        var lone = InRole(role);
        var term = lone.Core.Term;
        lone.Deliver(Sample(kind, term + 3, lone));
        switch (kind)
        {
            case MessageKind.PreVote or MessageKind.PreVoteResponse:
            case MessageKind.Removed or MessageKind.MembershipQuery:
            case MessageKind.Vote when role is Role.Leader or Role.Follower:
                Assert.Equal(term, lone.Core.Term);
                Assert.Equal(role, lone.Core.Role);
                break;
            case MessageKind.TimeoutNow:
                Assert.Equal(term + 4, lone.Core.Term);
                Assert.Equal(Role.Candidate, lone.Core.Role);
                break;
            default:
                Assert.Equal(term + 3, lone.Core.Term);
                Assert.Equal(Role.Follower, lone.Core.Role);
                break;
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void A_refusal_of_a_newer_term_deposes_every_role(Role role, MessageKind kind)
    {
        if (kind is not (MessageKind.PreVoteResponse or MessageKind.VoteResponse or MessageKind.AppendResponse))
        {
            return;
        }

        var lone = InRole(role);
        var term = lone.Core.Term + 2;
        Assert.Empty(lone.Deliver(Mail.Plain(kind, 2, term, reject: true)));
        Assert.Equal(term, lone.Core.Term);
        Assert.Equal(Role.Follower, lone.Core.Role);
    }

    /// <summary>
    /// In term 3 or above, with a committed configuration and one entry more, and one read under way where somebody can
    /// be asked.
    /// </summary>
    private static Lone InRole(Role role)
    {
        var lone = new Lone();
        lone.Follow(
            2, 3, commit: 1, Mail.Change(3, 1, Cluster.ConfigurationOf([1, 2, 3])), Mail.Command(3, 2));
        lone.Pass(lone.T * 2);
        switch (role)
        {
            case Role.Follower:
                lone.Deliver(Mail.Heartbeat(2, 3));
                break;
            case Role.PreCandidate:
                lone.BecomePreCandidate();
                break;
            case Role.Candidate:
                lone.BecomeCandidate();
                break;
            default:
                lone.BecomeReadyLeader();
                lone.Propose();
                break;
        }

        if (role is Role.Follower or Role.Leader)
        {
            Assert.Equal(ReadStatus.Accepted, lone.Core.ReadIndex(lone.Now, out _));
        }

        lone.Settle();
        Assert.Equal(role, lone.Core.Role);
        lone.Sent.Clear();
        return lone;
    }

    private static Message Sample(MessageKind kind, ulong term, Lone lone)
    {
        var last = lone.Log.Memory.Last;
        return kind switch
        {
            MessageKind.PreVote => Mail.PreVote(3, term, last),
            MessageKind.Vote => Mail.Vote(3, term, last),
            MessageKind.Append => Mail.Append(2, term, last, commit: 0, Mail.Command(term, last.Index + 1)),
            MessageKind.AppendResponse => Mail.Accepted(2, term, last.Index, lone.Now),
            MessageKind.Heartbeat => Mail.Heartbeat(2, term),
            MessageKind.HeartbeatResponse => Mail.Heard(2, term, round: 1, lone.Now),
            MessageKind.Commit => Mail.Commit(2, term, commit: 2),
            MessageKind.Snapshot => Mail.Snapshot(2, term, new LogId(3, 9), lone.Status.Configuration),
            MessageKind.ReadIndex => Mail.Read(kind, 3, term, counter: 1, new BootId(5)),
            MessageKind.ReadIndexResponse => Mail.Read(kind, 2, term, counter: 1, new BootId(99), index: 1),
            MessageKind.Removed => Mail.Removed(2, term, lone.Status.LastIndex + 5, _without),
            MessageKind.MembershipQuery => Mail.Query(9, term, configurationIndex: 0),
            _ => Mail.Plain(kind, 2, term),
        };
    }

    private static void RequireRefusal(Message message, MessageKind kind, ulong term)
    {
        Assert.Equal(kind, message.Kind);
        Assert.Equal(term, message.Term);
        Assert.True(message.Reject);
    }

    /// <summary>All that can be seen of a replica, as text.</summary>
    private static string Snapshot(Lone lone)
    {
        var status = lone.Status;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{status with { Progress = [] }} {string.Join(' ', status.Progress)} sent {lone.Sent.Count} "
            + $"reads {lone.Reads.Count()} events {lone.Events.Count} due {lone.Core.NextDeadline}");
    }
}
