using Sampan.Io;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Storage.Tests.Fixture;
using Sampan.Testing.Files;

namespace Sampan.Storage.Tests.Snapshots;

/// <summary>Purpose: snapshots come back as they were taken or received, and go only when nobody reads them.</summary>
public sealed class SnapshotStorageTests
{
    private readonly SimulatedFileSystem _files = Disks.WithData();

    [Fact]
    public void What_was_taken_is_read_back_in_this_life_and_the_next()
    {
        var storage = Snapshot.Storage(_files);
        Snapshot.Take(storage, Snapshot.Meta(10));
        Snapshot.AssertWhole(storage, Snapshot.Meta(10));

        var next = Snapshot.Storage(_files);
        var remarks = new List<string>();
        Assert.Single(next.Recover(Snapshot.Group, [Snapshot.Meta(10)], remarks));
        Assert.Empty(remarks);
        Snapshot.AssertWhole(next, Snapshot.Meta(10));
    }

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
    public void A_received_snapshot_is_the_senders_byte_for_byte()
    {
        var sender = Snapshot.Storage(_files);
        Snapshot.Take(sender, Snapshot.Meta(10));
        using var source = sender.Open(Snapshot.Group, Snapshot.Meta(10).Last);

        var receiver = Snapshot.Storage(Disks.WithData());
        Snapshot.Receive(receiver, source);
        Snapshot.AssertWhole(receiver, Snapshot.Meta(10));
        using var received = receiver.Open(Snapshot.Group, Snapshot.Meta(10).Last);
        Assert.Equal(source.Manifest.ToArray(), received.Manifest.ToArray());
    }

    [Fact]
    public void A_received_snapshot_that_is_not_what_its_manifest_says_leaves_nothing()
    {
        Snapshot.Take(_files, Snapshot.Meta(10));
        var sender = Snapshot.Storage(_files);
        sender.Recover(Snapshot.Group, [Snapshot.Meta(10)], []);
        using var source = sender.Open(Snapshot.Group, Snapshot.Meta(10).Last);
        var manifest = source.Manifest;

        Refused(manifest, sink => sink.Commit());
        Refused(manifest, sink => sink.BeginFile("values-1"));
        Refused(manifest, sink => sink.BeginFile("other"));
        Refused(manifest, sink => Fill(sink, "keys", new byte[source.Files[0].LengthBytes + 1]));
        Refused(manifest, sink =>
        {
            Fill(sink, "keys", new byte[source.Files[0].LengthBytes]);
            sink.BeginFile("empty.bin");
        });
        Refused(manifest, sink =>
        {
            Fill(sink, "keys", new byte[1]);
            sink.Commit();
        });
        Assert.Throws<StorageDamagedException>(
            () => Snapshot.Storage(Disks.WithData()).Receive(new GroupId(8), manifest));
        Assert.Throws<StorageDamagedException>(
            () => Snapshot.Storage(Disks.WithData()).Receive(Snapshot.Group, manifest[1..]));

        static void Fill(ISnapshotSink sink, string name, byte[] bytes)
        {
            sink.BeginFile(name);
            sink.Write(bytes);
        }
    }

    [Fact]
    public void A_sink_that_is_not_committed_deletes_what_it_wrote()
    {
        var storage = Snapshot.Storage(_files);
        using (var sink = storage.Create(Snapshot.Group, Snapshot.Meta(10)))
        {
            sink.BeginFile("a");
            sink.Write(new byte[100_000]);
        }

        Assert.Empty(Disks.FilesOf(_files));
        Assert.Throws<StorageDamagedException>(() => storage.Open(Snapshot.Group, Snapshot.Meta(10).Last));
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

    [Fact]
    public void A_snapshot_that_is_read_is_deleted_when_the_last_reader_leaves()
    {
        var storage = Snapshot.Storage(_files);
        Snapshot.Take(storage, Snapshot.Meta(10));
        var first = storage.Open(Snapshot.Group, Snapshot.Meta(10).Last);
        var second = storage.Open(Snapshot.Group, Snapshot.Meta(10).Last);
        storage.Delete(Snapshot.Group, Snapshot.Meta(10).Last);
        Assert.Throws<StorageDamagedException>(() => storage.Open(Snapshot.Group, Snapshot.Meta(10).Last));

        first.Dispose();
        first.Dispose();
        Assert.True(_files.DirectoryExists($"{Snapshot.Folder}/10"));
        Assert.Equal(700, second.Read("values-1", 0, new byte[1000]));
        second.Dispose();
        Assert.Empty(Disks.FilesOf(_files));
    }

    [Fact]
    public void A_second_snapshot_of_the_same_position_replaces_the_first_without_touching_it()
    {
        var storage = Snapshot.Storage(_files);
        Snapshot.Take(storage, Snapshot.Meta(10));
        using (var source = storage.Open(Snapshot.Group, Snapshot.Meta(10).Last))
        {
            Snapshot.Receive(storage, source);
            Assert.Contains("10", _files.List(Snapshot.Folder));
        }

        Assert.Equal(["10.2"], _files.List(Snapshot.Folder));
        Snapshot.AssertWhole(storage, Snapshot.Meta(10));
    }

    [Fact]
    public void Snapshots_of_one_index_and_two_terms_live_side_by_side()
    {
        var storage = Snapshot.Storage(_files);
        Snapshot.Take(storage, Snapshot.Meta(10, term: 3));
        Snapshot.Take(storage, Snapshot.Meta(10, term: 5));
        Snapshot.AssertWhole(storage, Snapshot.Meta(10, term: 3));
        Snapshot.AssertWhole(storage, Snapshot.Meta(10, term: 5));
    }

    [Fact]
    public void A_group_goes_as_a_whole_and_may_come_back()
    {
        var storage = Snapshot.Storage(_files);
        storage.DeleteAll(Snapshot.Group);
        Snapshot.Take(storage, Snapshot.Meta(10));
        Snapshot.Take(storage, Snapshot.Meta(20));
        using (storage.Open(Snapshot.Group, Snapshot.Meta(20).Last))
        {
            storage.DeleteAll(Snapshot.Group);
            Assert.Equal(["20"], _files.List(Snapshot.Folder));
            Snapshot.Take(storage, Snapshot.Meta(20));
        }

        Assert.Equal(["20.2"], _files.List(Snapshot.Folder));
        Snapshot.AssertWhole(storage, Snapshot.Meta(20));
        storage.DeleteAll(Snapshot.Group);
        Assert.Empty(_files.List("data/snapshots"));
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

    private static void Refused(ReadOnlyMemory<byte> manifest, Action<ISnapshotSink> script)
    {
        var files = Disks.WithData();
        using (var sink = Snapshot.Storage(files).Receive(Snapshot.Group, manifest))
        {
            Assert.Throws<StorageDamagedException>(() => script(sink));
            Assert.Throws<InvalidOperationException>(() => sink.Commit());
        }

        Assert.Empty(Disks.FilesOf(files));
    }
}
