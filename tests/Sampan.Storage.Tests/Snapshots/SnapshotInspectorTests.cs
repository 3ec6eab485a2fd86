using Sampan.Storage.Snapshots;
using Sampan.Storage.Tests.Fixture;
using Sampan.Testing.Files;

namespace Sampan.Storage.Tests.Snapshots;

/// <summary>Purpose: what lies among the snapshots is told as it is, and stays as it is.</summary>
public sealed class SnapshotInspectorTests
{
    private readonly SimulatedFileSystem _files = Disks.WithData();

    [Fact]
    public void Whole_ones_damaged_ones_and_what_does_not_count_are_told_apart()
    {
        foreach (var index in (ulong[])[10, 20, 30, 40])
        {
            Snapshot.Take(_files, Snapshot.Meta(index));
        }

        Disks.Flip(_files, $"{Snapshot.Folder}/20/values-1", bit: 99);
        _files.DeleteFile($"{Snapshot.Folder}/30/keys");
        _files.Rename($"{Snapshot.Folder}/40", $"{Snapshot.Folder}/40.tmp");
        var before = _files.Tree().ToList();

        var reports = new SnapshotInspector(_files, "data/snapshots").ReadAll();

        Assert.Equal([10UL, 20UL, 30UL, 40UL], reports.Select(report => report.Meta?.Last.Index ?? 0));
        Assert.Equal([true, true, true, false], reports.Select(report => report.IsComplete));
        Assert.Equal(string.Empty, reports[0].Complaint);
        Assert.Equal(["keys", "empty.bin", "values-1"], reports[0].Files.Select(file => file.Name));
        Assert.True(reports[0].LengthBytes > 700);
        Assert.Contains("CRC", reports[1].Complaint, StringComparison.Ordinal);
        Assert.Contains("is missing", reports[2].Complaint, StringComparison.Ordinal);
        Assert.All(reports, report => Assert.Equal(Snapshot.Group, report.Group));
        Assert.Equal(before, _files.Tree());
    }

    [Fact]
    public void A_manifest_that_cannot_be_read_is_a_complaint()
    {
        Snapshot.Take(_files, Snapshot.Meta(10));
        Disks.Put(_files, $"{Snapshot.Folder}/10/manifest", "nothing"u8);
        var report = Assert.Single(new SnapshotInspector(_files, "data/snapshots").ReadAll());
        Assert.Null(report.Meta);
        Assert.Contains("damaged", report.Complaint, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_there_are_none_there_is_nothing() =>
        Assert.Empty(new SnapshotInspector(_files, "data/snapshots").ReadAll());
}
