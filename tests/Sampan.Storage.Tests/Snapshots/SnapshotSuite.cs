using Sampan.Base;
using Sampan.Io;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Storage.Tests.Fixture;

namespace Sampan.Storage.Tests.Snapshots;

/// <summary>
/// Purpose: snapshots come back as they were taken or received, and go only when nobody reads them. On any files.
/// </summary>
public abstract class SnapshotSuite
{
    private readonly IFileSystem _files;

    /// <summary>On these, with an empty directory <c>data</c>.</summary>
    protected SnapshotSuite(IFileSystem files) => _files = files;

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

    /// <summary>Around the sizes of buffers; what is read ends exactly where the file does (R08, O12).</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData((64 * 1024) - 1)]
    [InlineData(64 * 1024)]
    [InlineData((64 * 1024) + 1)]
    [InlineData(256 * 1024)]
    [InlineData((512 * 1024) + 1)]
    public void Files_of_any_size_come_back_whole_also_behind_an_empty_one_R08_O12(int length)
    {
        var bytes = new byte[length];
        new Prng((ulong)length).Fill(bytes);
        var sender = Snapshot.Storage(_files);
        using (var sink = sender.Create(Snapshot.Group, Snapshot.Meta(10)))
        {
            sink.BeginFile("empty");
            sink.BeginFile("some");
            sink.Write(bytes);
            sink.BeginFile("last");
            sink.Write("last"u8);
            sink.Commit();
        }

        using var source = sender.Open(Snapshot.Group, Snapshot.Meta(10).Last);
        var receiver = Snapshot.Storage(Disks.WithData());
        Snapshot.Receive(receiver, source);
        using var received = receiver.Open(Snapshot.Group, Snapshot.Meta(10).Last);
        foreach (var one in (ISnapshotSource[])[source, received])
        {
            Assert.Equal(["empty", "some", "last"], one.Files.Select(file => file.Name));
            Assert.Equal(bytes, InPieces(one, "some", pieceBytes: 64 * 1024));
            Assert.Equal("last"u8.ToArray(), InPieces(one, "last", pieceBytes: 2));
            Assert.Equal(0, one.Read("some", length, new byte[8]));
            Assert.Equal(0, one.Read("empty", 0, new byte[8]));
        }
    }

    private static byte[] InPieces(ISnapshotSource source, string file, int pieceBytes)
    {
        var whole = new List<byte>();
        var piece = new byte[pieceBytes];
        for (var count = source.Read(file, 0, piece); count > 0; count = source.Read(file, whole.Count, piece))
        {
            whole.AddRange(piece[..count]);
        }

        return [.. whole];
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
