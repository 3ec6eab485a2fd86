using System.Buffers.Binary;
using Sampan.Base;
using Sampan.Io;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Storage.Snapshots;
using Sampan.Storage.Tests.Fixture;

namespace Sampan.Storage.Tests.Snapshots;

/// <summary>
/// Purpose: what a start does with every state of a snapshot under every mark: rows 16 to 21 of docs/disk-format.md.
/// The columns: not marked, marked, marked with another term, marked with another configuration. On any files.
/// </summary>
public abstract class StartMatrixSuite
{
    private const string Place = Snapshot.Folder + "/10";

    /// <summary>Others each time, with an empty directory <c>data</c>.</summary>
    protected abstract IFileSystem Files();

    [Theory]
    [InlineData("absent")]
    [InlineData("temporary")]
    public void Row_16_what_never_was_complete_is_gone(string state) =>
        AssertRow(state, "gone", "missing", "missing", "missing");

    [Theory]
    [InlineData("whole")]
    [InlineData("copy")]
    [InlineData("two copies")]
    public void Row_17_a_whole_one_counts_as_it_is_marked(string state) =>
        AssertRow(state, "gone", "kept", "missing", "aside");

    [Theory]
    [InlineData("manifest flipped")]
    [InlineData("manifest missing")]
    [InlineData("manifest empty")]
    [InlineData("manifest huge")]
    [InlineData("another index")]
    [InlineData("another group")]
    public void Row_18_a_bad_manifest_is_set_aside(string state) =>
        AssertRow(state, "gone", "aside", "aside", "aside");

    [Theory]
    [InlineData("file flipped")]
    [InlineData("file missing")]
    [InlineData("file longer")]
    [InlineData("file shorter")]
    public void Row_19_a_bad_file_is_set_aside(string state) =>
        AssertRow(state, "gone", "aside", "missing", "aside");

    [Fact]
    public void Row_20_a_later_format_is_refused() =>
        AssertRow("newer format", "gone", "refused", "refused", "refused");

    [Theory]
    [InlineData("set aside before")]
    [InlineData("foreign")]
    public void Row_21_what_is_none_is_left_alone(string state) =>
        AssertRow(state, "stays", "stays", "stays", "stays");

    private void AssertRow(string state, params string[] expected)
    {
        SnapshotMeta[][] marks =
        [
            [], [Snapshot.Meta(10)], [Snapshot.Meta(10, term: 4)], [Snapshot.Meta(10, stores: 5)],
        ];
        Assert.Equal(expected, marks.Select(marked => Outcome(state, marked)));
    }

    [Fact]
    public void A_newer_one_that_is_damaged_leaves_the_older_one()
    {
        var files = Files();
        Snapshot.Take(files, Snapshot.Meta(10));
        Snapshot.Take(files, Snapshot.Meta(20));
        Disks.Flip(files, $"{Snapshot.Folder}/20/keys", 3);
        var remarks = new List<string>();
        var found = Snapshot.Storage(files).Recover(
            Snapshot.Group, [Snapshot.Meta(10), Snapshot.Meta(20)], remarks);
        Assert.Equal([10UL], found.Select(meta => meta.Last.Index));
        Assert.Contains(remarks, remark => remark.Contains("20/keys", StringComparison.Ordinal));
    }

    [Fact]
    public void Of_what_was_set_aside_two_stay()
    {
        var files = Files();
        for (var index = 10UL; index <= 50; index += 10)
        {
            Snapshot.Take(files, Snapshot.Meta(index));
            Disks.Flip(files, $"{Snapshot.Folder}/{index}/keys", 3);
            Snapshot.Storage(files).Recover(Snapshot.Group, [Snapshot.Meta(index)], []);
        }

        Assert.Equal(["40.damaged", "50.damaged"], files.List(Snapshot.Folder));
    }

    private string Outcome(string state, SnapshotMeta[] marked)
    {
        var files = Files();
        Prepare(files, state);
        var before = Disks.Tree(files);
        var storage = Snapshot.Storage(files);
        var remarks = new List<string>();
        try
        {
            if (storage.Recover(Snapshot.Group, marked, remarks).Count > 0)
            {
                Snapshot.AssertWhole(storage, marked[0]);
                Assert.Empty(remarks);
                return Assert.Single(files.List(Snapshot.Folder)).StartsWith("10", StringComparison.Ordinal)
                    ? "kept"
                    : "strange";
            }
        }
        catch (StorageDamagedException)
        {
            return "refused";
        }

        var missing = remarks.Where(remark => remark.Contains("cannot be used", StringComparison.Ordinal));
        Assert.Equal(marked.Length, missing.Count());
        var left = files.DirectoryExists(Snapshot.Folder) ? files.List(Snapshot.Folder) : [];
        return left.Count > 0 && Disks.Tree(files).SequenceEqual(before) ? "stays"
            : left.Count == 0 ? (marked.Length > 0 ? "missing" : "gone")
            : left.All(entry => entry.EndsWith(".damaged", StringComparison.Ordinal)) ? "aside"
            : "strange";
    }

    private static void Prepare(IFileSystem files, string state)
    {
        if (state == "absent")
        {
            return;
        }

        Snapshot.Take(files, Snapshot.Meta(10));
        var file = $"{Place}/values-1";
        var manifest = $"{Place}/manifest";
        switch (state)
        {
            case "temporary":
                files.Rename(Place, Place + ".tmp");
                break;
            case "copy":
                files.Rename(Place, Place + ".2");
                break;
            case "two copies":
                Snapshot.Take(files, Snapshot.Meta(10));
                break;
            case "manifest flipped":
                Disks.Flip(files, manifest, 200);
                break;
            case "manifest missing":
                files.DeleteFile(manifest);
                break;
            case "manifest empty":
                Disks.Put(files, manifest, []);
                break;
            case "manifest huge":
                Disks.Put(files, manifest, new byte[SnapshotManifest.BytesMax + 1]);
                break;
            case "file flipped":
                Disks.Flip(files, file, 999);
                break;
            case "file missing":
                files.DeleteFile(file);
                break;
            case "file longer":
                Disks.Put(files, file, [.. Disks.Read(files, file), 0]);
                break;
            case "file shorter":
                Disks.Put(files, file, Disks.Read(files, file).AsSpan()[..^1]);
                break;
            case "another index":
                Disks.Put(files, manifest, Encoded(Snapshot.Group, Snapshot.Meta(11)));
                break;
            case "another group":
                Disks.Put(files, manifest, Encoded(new GroupId(8), Snapshot.Meta(10)));
                break;
            case "newer format":
                Disks.Put(files, manifest, Newer(Disks.Read(files, manifest)));
                break;
            case "set aside before":
                files.Rename(Place, Place + ".damaged");
                break;
            case "foreign":
                files.Rename(Place, Snapshot.Folder + "/notes");
                break;
            default:
                Assert.Equal("whole", state);
                break;
        }
    }

    private static byte[] Encoded(GroupId group, SnapshotMeta meta) =>
        SnapshotManifest.Encode(group, meta, []).Bytes.ToArray();

    private static byte[] Newer(byte[] bytes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), SnapshotManifest.Format + 1);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(bytes.Length - 4), Crc32C.Of(bytes.AsSpan()[..^4]));
        return bytes;
    }
}
