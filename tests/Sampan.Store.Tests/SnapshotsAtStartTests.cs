using Sampan.Base;
using Sampan.Io;
using Sampan.Testing.Files;

namespace Sampan.Store.Tests;

/// <summary>Purpose: which snapshots a start keeps, and that damage to one never costs another one.</summary>
public sealed class SnapshotsAtStartTests
{
    private const string Folder = "data/snapshots/1";

    /// <summary>
    /// E3: two sound ones are kept. The newest of two is found damaged, the store goes on with the older one and takes
    /// a third. At the next start both of these are there; so that again the newest may be damaged.
    /// </summary>
    [Fact]
    public void A_damaged_snapshot_does_not_push_out_a_sound_one()
    {
        var disk = new SimulatedFileSystem(new Prng(5));
        var life = Start(disk);
        life.AddAndTakeSnapshot(5);
        life.AddAndTakeSnapshot(5);
        disk = disk.Kill();
        var first = Whole(disk);
        Assert.Equal(2, first.Count);

        for (var round = 1; round <= 3; round++)
        {
            Damage(disk, Whole(disk)[^1]);
            life = Start(disk);
            Assert.Contains(life.Remarks, remark => remark.Contains("was set aside", StringComparison.Ordinal));
            Assert.Equal(10 + ((round - 1) * 5), life.Sum);
            Assert.Equal(first[..1], Whole(disk));
            life.AddAndTakeSnapshot(5);
            disk = disk.Kill();

            var next = Start(disk.Clone());
            Assert.Equal(2, Whole(next.Files).Count);
            Assert.Equal(first[0], Whole(next.Files)[0]);
            Assert.Equal(10 + (round * 5), next.Sum);
        }
    }

    /// <summary>
    /// A replica's tombstone was durable, and its snapshots were not deleted yet: the next start does it, since nobody
    /// asks for the group any more.
    /// </summary>
    [Fact]
    public void Snapshots_of_groups_that_have_no_replica_are_deleted()
    {
        var disk = new SimulatedFileSystem(new Prng(5));
        var life = Start(disk);
        life.AddAndTakeSnapshot(5);
        disk = disk.Kill();
        disk.CreateDirectory("data/snapshots/9");
        disk.Rename($"{Folder}/{Whole(disk)[0]}", "data/snapshots/9/6");
        disk.CreateDirectory("data/snapshots/9/7.tmp");

        Start(disk);

        Assert.Equal(["1"], disk.List("data/snapshots"));
    }

    private static SimulatedLife Start(SimulatedFileSystem disk)
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
