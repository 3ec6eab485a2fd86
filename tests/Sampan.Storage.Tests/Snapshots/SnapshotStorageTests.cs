using Sampan.Io;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Storage.Tests.Fixture;
using Sampan.Testing.Files;

namespace Sampan.Storage.Tests.Snapshots;

/// <summary>Purpose: as <see cref="SnapshotSuite"/>, on simulated files; and what only those show.</summary>
public sealed class SnapshotStorageTests : SnapshotSuite
{
    private readonly SimulatedFileSystem _files;

    public SnapshotStorageTests()
        : this(Disks.WithData())
    {
    }

    private SnapshotStorageTests(SimulatedFileSystem files)
        : base(files) => _files = files;

    [Fact]
    public void Every_file_is_synced_before_the_manifest_and_the_names_before_the_rename()
    {
        var calls = new List<string>();
        var storage = Snapshot.Storage(_files);
        Snapshot.Take(storage, Snapshot.Meta(10));
        _files.Calling = call =>
        {
            if (call.Kind is FileCallKind.Sync or FileCallKind.SyncDirectory or FileCallKind.Rename)
            {
                calls.Add($"{call.Kind} {call.Path[Snapshot.Folder.Length..]}");
            }
        };
        Snapshot.Take(storage, Snapshot.Meta(20));
        Assert.Equal(
            [
                "Sync /20.tmp/keys", "Sync /20.tmp/empty.bin", "Sync /20.tmp/values-1", "Sync /20.tmp/manifest",
                "SyncDirectory /20.tmp", "Rename /20.tmp", "SyncDirectory ",
            ],
            calls);
    }

    [Fact]
    public void A_full_disk_ends_the_snapshot_and_leaves_nothing_of_it()
    {
        var storage = Snapshot.Storage(_files);
        Snapshot.Take(storage, Snapshot.Meta(10));
        var before = _files.Tree();
        foreach (var kind in new[]
        {
            FileCallKind.CreateDirectory, FileCallKind.Open, FileCallKind.Write, FileCallKind.Rename,
        })
        {
            for (var nth = 1; nth <= 4; nth++)
            {
                _files.Lay(new FileFault { Kind = kind, Nth = nth, Failure = FileFailure.NoSpace });
                try
                {
                    Snapshot.Take(storage, Snapshot.Meta(20));
                }
                catch (StorageFullException)
                {
                }

                _files.ClearFaults();
                storage.Delete(Snapshot.Group, Snapshot.Meta(20).Last);
                Assert.Equal(before, _files.Tree());
            }
        }

        Snapshot.AssertWhole(storage, Snapshot.Meta(10));
    }

    /// <summary>
    /// F1: a sync that failed, of a file or of names, is never taken for a full disk: a second try would succeed and
    /// prove nothing, and a snapshot that rests on it may be gone after the next power cut.
    /// </summary>
    [Theory]
    [InlineData(FileCallKind.Sync, FileFailure.Device)]
    [InlineData(FileCallKind.Sync, FileFailure.NoSpace)]
    [InlineData(FileCallKind.SyncDirectory, FileFailure.Device)]
    [InlineData(FileCallKind.SyncDirectory, FileFailure.NoSpace)]
    public void A_failed_sync_is_passed_on(FileCallKind kind, FileFailure reason)
    {
        var whole = Disks.WithData();
        var before = whole.CountOf(kind);
        Snapshot.Take(whole, Snapshot.Meta(10));
        var count = whole.CountOf(kind) - before;
        Assert.Equal(4, count);
        for (var nth = 1L; nth <= count; nth++)
        {
            var files = Disks.WithData();
            files.Lay(new FileFault { Kind = kind, Nth = nth, Failure = reason });
            var failure = Assert.Throws<FileSystemException>(() => Snapshot.Take(files, Snapshot.Meta(10)));
            Assert.Equal(FileFailure.Device, failure.Failure);
        }
    }

    /// <summary>
    /// A crash after a replica's tombstone leaves its snapshots, and what it was writing: no mark names them, and
    /// nobody asks for the group any more.
    /// </summary>
    [Fact]
    public void A_start_deletes_the_snapshots_of_groups_that_have_no_replica_and_nothing_else()
    {
        var storage = Snapshot.Storage(_files);
        storage.DeleteOthers([]);
        Snapshot.Take(storage, Snapshot.Meta(10));
        foreach (var group in (ulong[])[8, 70])
        {
            using var sink = storage.Create(new GroupId(group), Snapshot.Meta(10));
            sink.BeginFile("keys");
            sink.Commit();
        }

        _files.Rename("data/snapshots/8/10", "data/snapshots/8/10.tmp");
        foreach (var foreign in (string[])["notes", "007", "7a"])
        {
            _files.CreateDirectory($"data/snapshots/{foreign}");
        }

        Disks.Put(_files, "data/snapshots/9", [1]);
        CrashScript.Run(
            _files,
            (files, promise) =>
            {
                Snapshot.Storage(files).DeleteOthers([Snapshot.Group]);
                promise.IsGiven = true;
                files.SyncDirectory("data");
            },
            (files, isPromised) =>
            {
                if (!isPromised)
                {
                    Snapshot.Storage(files).DeleteOthers([Snapshot.Group]);
                }

                var left = files.List("data/snapshots").Except(["notes", "007", "7a"]);
                Assert.Equal(["7", "9"], left);
                Assert.Equal(["10"], files.List(Snapshot.Folder));
            });
    }

    [Fact]
    public void A_flipped_bit_anywhere_is_found_when_it_is_opened()
    {
        var storage = Snapshot.Storage(_files);
        Snapshot.Take(storage, Snapshot.Meta(10));
        foreach (var path in Disks.FilesOf(_files))
        {
            for (var bit = 0; bit < _files.Peek(path).Length * 8L; bit++)
            {
                Disks.Flip(_files, path, bit);
                Assert.Throws<StorageDamagedException>(() => storage.Open(Snapshot.Group, Snapshot.Meta(10).Last));
                Disks.Flip(_files, path, bit);
            }
        }

        Snapshot.AssertWhole(storage, Snapshot.Meta(10));
    }
}
