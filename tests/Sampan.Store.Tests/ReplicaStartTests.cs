using Sampan.Base;
using Sampan.Io;
using Sampan.Model;
using Sampan.Testing.Files;

namespace Sampan.Store.Tests;

/// <summary>
/// Purpose: what a replica makes of log, snapshots and marks together: rows 22 to 28 of docs/disk-format.md.
/// </summary>
public sealed class ReplicaStartTests
{
    private const string Folder = "data/snapshots/1";

    [Fact]
    public void Row_22_a_whole_log_without_snapshots_is_replayed()
    {
        var disk = After(rounds: 0, last: 7);
        Assert.Equal(7, Started(disk).Sum);
    }

    [Fact]
    public void Row_23_the_newest_sound_snapshot_is_taken()
    {
        var disk = After(rounds: 3, last: 2);
        var life = Started(disk);
        Assert.Equal(17, life.Sum);
        Assert.DoesNotContain(life.Remarks, remark => remark.Contains("snapshot", StringComparison.Ordinal));
        Assert.Equal(2, Whole(disk).Count);
    }

    [Fact]
    public void Row_24_the_older_one_is_taken_where_the_newest_is_damaged()
    {
        var disk = After(rounds: 3, last: 2);
        Damage(disk, Whole(disk)[^1]);
        var life = Started(disk);
        Assert.Equal(17, life.Sum);
        Assert.Contains(life.Remarks, remark => remark.Contains("was set aside", StringComparison.Ordinal));
    }

    [Fact]
    public void Row_25_without_a_sound_one_a_log_that_was_never_compacted_is_replayed()
    {
        var disk = After(rounds: 1, last: 2);
        Damage(disk, Assert.Single(Whole(disk)));
        Assert.Equal(7, Started(disk).Sum);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Row_26_without_a_sound_one_a_compacted_log_votes_and_waits_for_a_snapshot(bool isMissing)
    {
        var disk = After(rounds: 3, last: 2);
        foreach (var name in Whole(disk))
        {
            if (isMissing)
            {
                disk.DeleteDirectory($"{Folder}/{name}");
            }
            else
            {
                Damage(disk, name);
            }
        }

        var life = Started(disk);
        Assert.Equal(0, life.Sum);
        var status = life.Group.Status;
        Assert.Equal((ReplicaId.None, false, null), (status.Leader, status.IsLeader, status.Failure));
        Assert.True(status.LastIndex >= 17);
    }

    [Fact]
    public void Row_27_a_snapshot_that_is_not_marked_is_deleted()
    {
        var disk = After(rounds: 1, last: 2);
        disk.Rename($"{Folder}/{Whole(disk)[0]}", $"{Folder}/3");
        Assert.Equal(7, Started(disk).Sum);
        Assert.Empty(Whole(disk));
    }

    /// <summary>A directory from before the log's end, with snapshots from behind it: never half of each.</summary>
    [Fact]
    public void Row_28_a_log_that_is_gone_is_not_replaced_by_snapshots()
    {
        var disk = After(rounds: 3, last: 2);
        disk.DeleteDirectory("data/log");
        var life = new SimulatedLife(disk, snapshotEntries: 0);
        Assert.ThrowsAny<Exception>(life.Start);
    }

    private static SimulatedFileSystem After(int rounds, int last)
    {
        var life = Started(new SimulatedFileSystem(new Prng(5)));
        for (var round = 0; round < rounds; round++)
        {
            life.AddAndTakeSnapshot(5);
        }

        for (var i = 0; i < last; i++)
        {
            _ = life.Add();
        }

        life.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal((rounds * 5) + last, life.Sum);
        return life.Files.Kill();
    }

    private static SimulatedLife Started(SimulatedFileSystem disk)
    {
        var life = new SimulatedLife(disk, snapshotEntries: 0);
        life.Start();
        life.RunFor(TimeSpan.FromSeconds(5));
        Assert.Null(life.Failure);
        return life;
    }

    private static List<string> Whole(SimulatedFileSystem disk) =>
        [.. disk.List(Folder).Where(name => name.All(char.IsAsciiDigit)).OrderBy(int.Parse)];

    private static void Damage(SimulatedFileSystem disk, string snapshot)
    {
        using var file = disk.Open($"{Folder}/{snapshot}/sum", FileOpenMode.ReadWrite);
        file.Write(0, [0xFF]);
        file.Sync();
    }
}
