using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Progress;

namespace Sampan.Raft.Tests.Progress;

/// <summary>
/// Purpose: a leader's view of one member obeys its invariant whatever is heard, and in whatever order.
/// </summary>
public sealed class MemberProgressTests
{
    private static readonly Instant _start = new(1000);

    [Fact]
    public void Match_never_falls_and_stays_below_next_I13()
    {
        var prng = new Prng(4);
        for (var round = 0; round < 3_000; round++)
        {
            var member = NewMember(next: prng.NextBelow(10UL));
            for (var step = 0; step < 40; step++)
            {
                var match = member.Match;
                Act(prng, member);
                Assert.True(member.Match >= match);
                Assert.True(member.Next > member.Match);
                Assert.True(member.State == ProgressState.Replicate || member.Inflights.Count == 0);
                Assert.Equal(ExpectedPause(member), member.IsPaused);
            }
        }
    }

    [Fact]
    public void A_probe_is_sent_once_until_the_resend_clock_strikes()
    {
        var member = NewMember(next: 5);
        member.AppendSent(lastIndex: 6, bytes: 10);
        Assert.True(member.IsPaused);
        Assert.Equal(5UL, member.Next);
        member.Resume();
        Assert.False(member.IsPaused);
    }

    [Fact]
    public void Replication_pipelines_and_counts_what_is_under_way()
    {
        var member = NewMember(next: 5);
        member.MatchTo(4);
        member.BecomeReplicate();
        member.AppendSent(lastIndex: 6, bytes: 10);
        member.AppendSent(lastIndex: 9, bytes: 10);
        Assert.Equal(10UL, member.Next);
        Assert.Equal(2, member.Inflights.Count);
        member.AppendSent(lastIndex: 9, bytes: 0);
        Assert.Equal(2, member.Inflights.Count);
    }

    [Fact]
    public void A_late_answer_with_a_longer_timeout_lengthens_no_lease()
    {
        var member = NewMember(next: 1);
        member.Answered(new Instant(5000), TimeSpan.FromTicks(100), round: 2);
        member.Answered(new Instant(4000), TimeSpan.FromTicks(900), round: 1);
        Assert.Equal(new Instant(5000), member.ContactStamp);
        Assert.Equal(TimeSpan.FromTicks(100), member.PromisedTimeout);
        Assert.Equal(2UL, member.AckedRound);
        member.Answered(new Instant(6000), TimeSpan.FromTicks(700), round: 3);
        Assert.Equal(TimeSpan.FromTicks(700), member.PromisedTimeout);
    }

    private static MemberProgress NewMember(ulong next) =>
        new(new ReplicaId(2), next, new Inflights(messagesMax: 3, bytesMax: 1000), _start);

    private static bool ExpectedPause(MemberProgress member) => member.State switch
    {
        ProgressState.Probe => member.IsProbeSent,
        ProgressState.Replicate => member.Inflights.IsFull,
        _ => true,
    };

    private static void Act(Prng prng, MemberProgress member)
    {
        switch (prng.NextBelow(7))
        {
            case 0:
                member.MatchTo(prng.NextBelow(50UL));
                break;
            case 1:
                member.BecomeProbe(prng.NextBelow(50UL));
                break;
            case 2:
                member.BecomeReplicate();
                break;
            case 3:
                member.BecomeSnapshot(prng.NextBelow(50UL));
                break;
            case 4 when !member.IsPaused:
                member.AppendSent(member.Next - 1 + prng.NextBelow(4UL), prng.NextBelow(400));
                break;
            case 5:
                member.Inflights.FreeTo(prng.NextBelow(50UL));
                break;
            default:
                member.Resume();
                break;
        }
    }
}
