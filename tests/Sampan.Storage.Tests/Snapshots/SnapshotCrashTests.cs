using Sampan.Storage.Snapshots;
using Sampan.Storage.Tests.Fixture;
using Sampan.Testing.Files;

namespace Sampan.Storage.Tests.Snapshots;

/// <summary>
/// Purpose: wherever the power fails, the next start finds a snapshot whole or not at all, and never loses one that the
/// log has marked.
/// </summary>
public sealed class SnapshotCrashTests
{
    [Fact]
    public void While_one_is_taken_the_marked_one_stays_and_the_new_one_is_whole_once_promised()
    {
        var disk = With(10);
        var checks = CrashScript.Run(
            disk,
            (files, promise) =>
            {
                Snapshot.Take(files, Snapshot.Meta(20));
                promise.IsGiven = true;
                files.SyncDirectory("data");
            },
            (files, isPromised) => AssertStart(files, isPromised ? [10, 20] : [10]));
        Assert.InRange(checks, 200, int.MaxValue);
    }

    [Fact]
    public void While_the_first_of_a_group_is_taken() => CrashScript.Run(
        Disks.WithData(),
        (files, promise) =>
        {
            Snapshot.Take(files, Snapshot.Meta(20));
            promise.IsGiven = true;
            files.SyncDirectory("data");
        },
        (files, isPromised) => AssertStart(files, isPromised ? [20] : []));

    [Fact]
    public void While_one_is_received()
    {
        var sender = Snapshot.Storage(With(20));
        sender.Recover(Snapshot.Group, [Snapshot.Meta(20)], []);
        using var source = sender.Open(Snapshot.Group, Snapshot.Meta(20).Last);
        CrashScript.Run(
            With(10),
            (files, promise) =>
            {
                Snapshot.Receive(Snapshot.Storage(files), source);
                promise.IsGiven = true;
                files.SyncDirectory("data");
            },
            (files, isPromised) => AssertStart(files, isPromised ? [10, 20] : [10]));
    }

    [Fact]
    public void While_a_marked_one_is_replaced_by_another_of_the_same_position() => CrashScript.Run(
        With(10),
        (files, promise) =>
        {
            var storage = Recovered(files, 10);
            Snapshot.Take(storage, Snapshot.Meta(10));
            promise.IsGiven = true;
        },
        (files, _) => AssertStart(files, [10]));

    [Fact]
    public void While_one_is_deleted_whose_mark_is_still_there_it_is_whole_or_gone() => CrashScript.Run(
        With(10, 20),
        (files, _) => Recovered(files, 10, 20).Delete(Snapshot.Group, Snapshot.Meta(10).Last),
        (files, _) =>
        {
            var remarks = new List<string>();
            var storage = Snapshot.Storage(files);
            var found = storage.Recover(Snapshot.Group, [Snapshot.Meta(10), Snapshot.Meta(20)], remarks);
            Assert.Equal(20UL, found[^1].Last.Index);
            Assert.DoesNotContain(remarks, remark => remark.Contains("set aside", StringComparison.Ordinal));
            foreach (var meta in found)
            {
                Snapshot.AssertWhole(storage, Snapshot.Meta(meta.Last.Index));
            }
        });

    [Fact]
    public void While_a_reader_deletes_what_it_was_the_last_to_read() => CrashScript.Run(
        With(10, 20),
        (files, _) =>
        {
            var storage = Recovered(files, 10, 20);
            using var source = storage.Open(Snapshot.Group, Snapshot.Meta(10).Last);
            storage.Delete(Snapshot.Group, Snapshot.Meta(10).Last);
        },
        (files, _) => AssertStart(files, [20]));

    /// <summary>
    /// Every kind of leftover at once: what a start settles, an interrupted start settles the same way.
    /// </summary>
    [Fact]
    public void While_the_start_settles_what_was_left()
    {
        var disk = With(10, 20, 30, 40);
        Disks.Flip(disk, $"{Snapshot.Folder}/30/values-1", 77);
        disk.Rename($"{Snapshot.Folder}/40", $"{Snapshot.Folder}/40.tmp");
        disk.SyncDirectory(Snapshot.Folder);
        CrashScript.Run(
            disk,
            (files, _) => Assert.Equal(1, Recover(files, 20, 30)),
            (files, _) =>
            {
                Assert.Equal(1, Recover(files, 20, 30));
                Assert.Equal(["20", "30.damaged"], files.List(Snapshot.Folder));
            });
    }

    [Fact]
    public void While_a_group_is_deleted() => CrashScript.Run(
        With(10, 20),
        (files, promise) =>
        {
            Recovered(files, 10, 20).DeleteAll(Snapshot.Group);
            promise.IsGiven = true;
            files.SyncDirectory("data");
        },
        (files, isPromised) =>
        {
            Assert.False(isPromised && files.DirectoryExists(Snapshot.Folder));
            AssertStart(files, []);
        });

    private static SimulatedFileSystem With(params ulong[] indexes)
    {
        var files = Disks.WithData();
        var storage = Snapshot.Storage(files);
        foreach (var index in indexes)
        {
            Snapshot.Take(storage, Snapshot.Meta(index));
        }

        return files;
    }

    private static SnapshotStorage Recovered(SimulatedFileSystem files, params ulong[] marked)
    {
        var storage = Snapshot.Storage(files);
        storage.Recover(Snapshot.Group, [.. marked.Select(index => Snapshot.Meta(index))], []);
        return storage;
    }

    private static int Recover(SimulatedFileSystem files, params ulong[] marked) => Snapshot.Storage(files)
        .Recover(Snapshot.Group, [.. marked.Select(index => Snapshot.Meta(index))], []).Count;

    // A start with these marks finds exactly these, whole, without a remark, and nothing else remains on disk.
    private static void AssertStart(SimulatedFileSystem files, ulong[] marked)
    {
        var storage = Snapshot.Storage(files);
        var remarks = new List<string>();
        var found = storage.Recover(Snapshot.Group, [.. marked.Select(index => Snapshot.Meta(index))], remarks);
        Assert.Empty(remarks);
        Assert.Equal(marked, found.Select(meta => meta.Last.Index));
        foreach (var index in marked)
        {
            Snapshot.AssertWhole(storage, Snapshot.Meta(index));
        }

        var left = files.DirectoryExists(Snapshot.Folder) ? files.List(Snapshot.Folder) : [];
        Assert.Equal(marked.Length, left.Count);

        // And the store goes on from there.
        Snapshot.Take(storage, Snapshot.Meta(50));
        Snapshot.AssertWhole(storage, Snapshot.Meta(50));
    }
}
