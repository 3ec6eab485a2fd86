using Sampan.Model;
using Sampan.MultiRaft.Snapshots;

namespace Sampan.MultiRaft.Tests.Snapshots;

/// <summary>Purpose: no snapshot is deleted that somebody needs, and none stays that nobody does (I-31).</summary>
public sealed class SnapshotRegisterTests
{
    private static readonly GroupId _group = new(1);

    private readonly SnapshotRegister _register = new();

    [Fact]
    public void The_two_newest_marked_ones_are_kept()
    {
        Assert.Empty(Mark(10));
        Assert.Empty(Mark(20));
        Assert.Equal([At(10)], Mark(30));
        Assert.True(_register.IsHere(_group, At(20)));
        Assert.False(_register.IsHere(_group, At(10)));
    }

    [Fact]
    public void An_accepted_one_is_kept_until_it_is_installed_and_then_takes_the_place_of_all_older_ones()
    {
        Mark(10);
        Mark(20);
        Accept(30);
        Accept(40);
        Accept(50);
        Assert.Equal(3, _register.CountAccepted(_group));
        Assert.Equal([At(10), At(20)], _register.Installed(_group, At(30)));
        Assert.True(_register.IsHere(_group, At(40)));
        Assert.Equal([At(30)], _register.Installed(_group, At(40)));
        Assert.Equal([At(40)], _register.Installed(_group, At(50)));
        Assert.Equal(0, _register.CountAccepted(_group));
    }

    /// <summary>
    /// One at the same index was taken here, and its mark is on its way: both are one directory on disk.
    /// </summary>
    [Fact]
    public void A_refused_one_stays_if_it_was_also_taken_here()
    {
        _register.Written(_group, At(10));
        _register.Received(_group, At(10));
        Assert.False(_register.Refused(_group, At(10)));
        Assert.Empty(_register.Marked(_group, At(10)));
        Assert.True(_register.IsHere(_group, At(10)));
    }

    [Fact]
    public void One_that_was_overtaken_stays_if_it_was_also_received()
    {
        _register.Written(_group, At(10));
        Accept(10);
        Assert.False(_register.Overtaken(_group, At(10)));
        Assert.True(_register.IsHere(_group, At(10)));
    }

    [Fact]
    public void One_that_was_received_twice_stays_until_both_were_judged()
    {
        _register.Received(_group, At(10));
        _register.Received(_group, At(10));
        Assert.False(_register.Refused(_group, At(10)));
        Assert.True(_register.Refused(_group, At(10)));
    }

    [Fact]
    public void What_is_of_no_use_may_go()
    {
        _register.Written(_group, At(10));
        Assert.True(_register.Overtaken(_group, At(10)));
        _register.Received(_group, At(20));
        Assert.True(_register.Refused(_group, At(20)));
    }

    /// <summary>A later replica of the group may have a snapshot of the same name.</summary>
    [Fact]
    public void Nothing_that_is_said_of_a_former_replica_deletes_anything()
    {
        _register.Written(_group, At(10));
        _register.Received(_group, At(20));
        _register.Forget(_group);
        Assert.False(_register.Overtaken(_group, At(10)));
        Assert.False(_register.Refused(_group, At(20)));
    }

    private static LogId At(ulong index) => new(1, index);

    private IReadOnlyList<LogId> Mark(ulong index)
    {
        _register.Written(_group, At(index));
        return _register.Marked(_group, At(index));
    }

    private void Accept(ulong index)
    {
        _register.Received(_group, At(index));
        _register.Accepted(_group, At(index));
    }
}
