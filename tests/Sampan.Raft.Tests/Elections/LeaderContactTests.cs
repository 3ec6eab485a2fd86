using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Elections;

namespace Sampan.Raft.Tests.Elections;

/// <summary>Purpose: for how long contact and a start are reasons to refuse votes.</summary>
public sealed class LeaderContactTests
{
    private static readonly TimeSpan _timeout = TimeSpan.FromMilliseconds(1000);
    private static readonly Instant _start = new(TimeSpan.FromHours(2).Ticks);

    [Fact]
    public void Contact_is_fresh_for_less_than_T()
    {
        var contact = ContactOf(TimeSpan.Zero, startedWithTerm: false);
        var heard = _start.After(_timeout * 5);
        Assert.False(contact.IsFresh(heard));
        contact.Note(heard);
        Assert.True(contact.IsFresh(heard.After(_timeout - TimeSpan.FromTicks(1))));
        Assert.False(contact.IsFresh(heard.After(_timeout)));
        contact.Forget();
        Assert.False(contact.IsFresh(heard));
    }

    [Fact]
    public void Silence_lasts_T_after_a_start_with_a_term_and_not_at_all_without()
    {
        Assert.False(ContactOf(TimeSpan.Zero, startedWithTerm: false).IsSilent(_start));
        var contact = ContactOf(TimeSpan.Zero, startedWithTerm: true);
        Assert.True(contact.IsSilent(_start.After(_timeout - TimeSpan.FromTicks(1))));
        Assert.False(contact.IsSilent(_start.After(_timeout)));
    }

    [Theory]
    [InlineData(3000, 3000)]
    [InlineData(200, 1000)]
    public void In_the_first_period_the_larger_of_the_stored_and_the_new_T_counts(int stored, int expected)
    {
        var contact = ContactOf(TimeSpan.FromMilliseconds(stored), startedWithTerm: true);
        var length = TimeSpan.FromMilliseconds(expected);
        Assert.Equal(length, contact.SilenceLength);
        Assert.True(contact.IsSilent(_start.After(length - TimeSpan.FromTicks(1))));
        Assert.False(contact.IsSilent(_start.After(length)));
    }

    [Fact]
    public void Stickiness_uses_the_larger_T_only_in_the_first_period()
    {
        var contact = ContactOf(TimeSpan.FromMilliseconds(3000), startedWithTerm: true);
        contact.Note(_start);
        Assert.True(contact.IsFresh(_start.After(TimeSpan.FromMilliseconds(2900))));
        var later = _start.After(TimeSpan.FromMilliseconds(3000));
        contact.Note(later);
        Assert.True(contact.IsFresh(later.After(TimeSpan.FromMilliseconds(999))));
        Assert.False(contact.IsFresh(later.After(TimeSpan.FromMilliseconds(1000))));
    }

    private static LeaderContact ContactOf(TimeSpan stored, bool startedWithTerm)
    {
        var options = new ReplicaOptions
        {
            Group = new GroupId(1),
            Replica = new ReplicaId(1),
            Boot = new BootId(1),
            ElectionTimeout = _timeout,
            StoredElectionTimeout = stored,
        };
        return new LeaderContact(options, startedWithTerm, _start);
    }
}
