using Sampan.Base;
using Sampan.MultiRaft.Abstractions;
using Sampan.Testing.Files;

namespace Sampan.Store.Tests;

/// <summary>
/// Purpose: a whole store on a disk that runs full (I-29). It says so, refuses proposals, never stops, and takes them
/// again by itself; what was acknowledged is there.
/// </summary>
public sealed class FullDiskTests
{
    [Fact]
    public void A_store_whose_disk_is_full_refuses_proposals_and_goes_on_when_there_is_room()
    {
        // Without snapshots nothing is ever compacted, so the log only grows.
        var life = new SimulatedLife(new SimulatedFileSystem(new Prng(5)), snapshotEntries: 1_000_000);
        life.Start();
        life.Files.CapacityBytes = life.Files.UsedBytes;
        for (var i = 0; i < 400 && !life.Group.Status.IsOutOfSpace; i++)
        {
            _ = life.Add();
            life.RunFor(TimeSpan.FromMilliseconds(20));
        }

        Assert.True(life.Group.Status.IsOutOfSpace);
        Assert.Contains(life.Remarks, remark => remark.Contains("no room", StringComparison.Ordinal));
        var refused = life.Add();
        life.RunFor(TimeSpan.FromSeconds(60));
        Assert.Null(life.Failure);
        Assert.Equal(RaftErrorCode.NoSpace, Assert.IsType<RaftException>(refused.Exception?.InnerException).Code);

        // The next life on the full disk votes for itself and waits, too.
        var next = new SimulatedLife(life.Files.Kill(), snapshotEntries: 1_000_000);
        next.Start();
        next.RunFor(TimeSpan.FromSeconds(30));
        Assert.Null(next.Failure);
        next.Files.CapacityBytes = long.MaxValue;
        next.RunFor(TimeSpan.FromSeconds(5));
        Assert.False(next.Group.Status.IsOutOfSpace);
        Assert.Contains(next.Remarks, remark => remark.Contains("room for the log again", StringComparison.Ordinal));
        var taken = next.Add();
        next.RunFor(TimeSpan.FromSeconds(1));
        Assert.True(taken.IsCompletedSuccessfully);
        Assert.True(next.Sum > life.Acknowledged);
    }

    [Fact]
    public void A_full_disk_at_any_moment_costs_a_store_nothing_but_time()
    {
        for (var i = 0; i < 24; i++)
        {
            var life = new SimulatedLife(new SimulatedFileSystem(new Prng(5)));
            life.Start();
            life.Files.CapacityBytes = life.Files.UsedBytes + (i * 12L * 1024);
            life.Work();
            Assert.True(life.Failure is null, $"{i}: {life.Failure}");
            life.Files.CapacityBytes = long.MaxValue;
            life.RunFor(TimeSpan.FromSeconds(30));
            Assert.False(life.Group.Status.IsOutOfSpace);
            var add = life.Add();
            life.RunFor(TimeSpan.FromSeconds(1));
            Assert.True(add.IsCompletedSuccessfully, $"{i}: {add.Exception}");
            var next = new SimulatedLife(life.Files.Crash(new Prng((ulong)i)));
            next.Start();
            next.RunFor(TimeSpan.FromSeconds(5));
            Assert.True(next.Sum >= life.Acknowledged);
        }
    }
}
