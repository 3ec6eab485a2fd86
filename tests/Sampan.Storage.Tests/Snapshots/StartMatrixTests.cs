using System.Buffers.Binary;
using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Storage.Snapshots;
using Sampan.Storage.Tests.Fixture;
using Sampan.Testing.Files;

namespace Sampan.Storage.Tests.Snapshots;

/// <summary>
/// Purpose: what a start does with every state of a snapshot under every mark. The columns: not marked, marked, marked
/// with another term, marked with another configuration.
/// </summary>
public sealed class StartMatrixTests
{
    private const string Place = Snapshot.Folder + "/10";

    [Theory]
    [InlineData("absent", "gone", "missing", "missing", "missing")]
    [InlineData("temporary", "gone", "missing", "missing", "missing")]
    [InlineData("whole", "gone", "kept", "missing", "aside")]
    [InlineData("copy", "gone", "kept", "missing", "aside")]
    [InlineData("two copies", "gone", "kept", "missing", "aside")]
    [InlineData("manifest flipped", "gone", "aside", "aside", "aside")]
    [InlineData("manifest missing", "gone", "aside", "aside", "aside")]
    [InlineData("manifest empty", "gone", "aside", "aside", "aside")]
    [InlineData("manifest huge", "gone", "aside", "aside", "aside")]
    [InlineData("file flipped", "gone", "aside", "missing", "aside")]
    [InlineData("file missing", "gone", "aside", "missing", "aside")]
    [InlineData("file longer", "gone", "aside", "missing", "aside")]
    [InlineData("file shorter", "gone", "aside", "missing", "aside")]
    [InlineData("another index", "gone", "aside", "aside", "aside")]
    [InlineData("another group", "gone", "aside", "aside", "aside")]
    [InlineData("newer format", "gone", "refused", "refused", "refused")]
    [InlineData("set aside before", "stays", "stays", "stays", "stays")]
    [InlineData("foreign", "stays", "stays", "stays", "stays")]
    public void A_start(string state, params string[] expected)
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
        var files = Disks.WithData();
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
        var files = Disks.WithData();
        for (var index = 10UL; index <= 50; index += 10)
        {
            Snapshot.Take(files, Snapshot.Meta(index));
            Disks.Flip(files, $"{Snapshot.Folder}/{index}/keys", 3);
            Snapshot.Storage(files).Recover(Snapshot.Group, [Snapshot.Meta(index)], []);
        }

        Assert.Equal(["40.damaged", "50.damaged"], files.List(Snapshot.Folder));
    }

    private static string Outcome(string state, SnapshotMeta[] marked)
    {
        var files = Disks.WithData();
        Prepare(files, state);
        var before = files.Tree();
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

        var unusable = remarks.Count(remark => remark.Contains("cannot be used", StringComparison.Ordinal));
        Assert.Equal(marked.Length, unusable);
        var left = files.DirectoryExists(Snapshot.Folder) ? files.List(Snapshot.Folder) : [];
        return left.Count > 0 && files.Tree().SequenceEqual(before) ? "stays"
            : left.Count == 0 ? (marked.Length > 0 ? "missing" : "gone")
            : left.All(entry => entry.EndsWith(".damaged", StringComparison.Ordinal)) ? "aside"
            : "strange";
    }

    private static void Prepare(SimulatedFileSystem files, string state)
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
                Disks.Put(files, file, [.. files.Peek(file), 0]);
                break;
            case "file shorter":
                Disks.Put(files, file, files.Peek(file).AsSpan()[..^1]);
                break;
            case "another index":
                Disks.Put(files, manifest, Encoded(Snapshot.Group, Snapshot.Meta(11)));
                break;
            case "another group":
                Disks.Put(files, manifest, Encoded(new GroupId(8), Snapshot.Meta(10)));
                break;
            case "newer format":
                Disks.Put(files, manifest, Newer(files.Peek(manifest)));
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
