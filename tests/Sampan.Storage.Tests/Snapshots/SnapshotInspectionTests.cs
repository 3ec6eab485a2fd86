using Sampan.Storage.Snapshots;
using Sampan.Storage.Tests.Fixture;
using Sampan.Testing.Files;

namespace Sampan.Storage.Tests.Snapshots;

/// <summary>Purpose: whoever inspects snapshots sees which can be believed, and leaves no trace.</summary>
public sealed class SnapshotInspectionTests
{
    private readonly SimulatedFileSystem _files = Disks.WithData();

    [Fact]
    public void Every_kind_is_told_and_nothing_is_changed()
    {
        Snapshot.Take(_files, Snapshot.Meta(10));
        Snapshot.Take(_files, Snapshot.Meta(20));
        Snapshot.Take(_files, Snapshot.Meta(9));
        Disks.Flip(_files, Snapshot.Folder + "/20/keys", bit: 3);
        _files.Rename(Snapshot.Folder + "/9", Snapshot.Folder + "/9.tmp");
        var before = _files.Tree();
        var changes = new List<string>();
        _files.Calling = call =>
        {
            if (call.Kind is not (FileCallKind.Read or FileCallKind.Open or FileCallKind.Exists or FileCallKind.List))
            {
                changes.Add($"{call.Kind} {call.Path}");
            }
        };
        var reports = new SnapshotInspector(_files, "data/snapshots").ReadAll();
        Assert.Equal([9UL, 10UL, 20UL], reports.Select(report => report.Meta?.Last.Index ?? 0));
        Assert.Equal([false, true, true], reports.Select(report => report.IsComplete));
        Assert.Equal([true, true, false], reports.Select(report => report.Complaint.Length == 0));
        Assert.Contains("20/keys has CRC", reports[2].Complaint, StringComparison.Ordinal);
        Assert.All(reports, report => Assert.Equal(Snapshot.Group, report.Group));
        Assert.Equal(3, reports[1].Files.Count);
        Assert.True(reports[1].LengthBytes > 700);
        Assert.Empty(changes);
        Assert.Equal(before, _files.Tree());
    }

    [Fact]
    public void A_snapshot_under_another_name_or_without_a_manifest_is_a_complaint()
    {
        Snapshot.Take(_files, Snapshot.Meta(10));
        Snapshot.Take(_files, Snapshot.Meta(20));
        _files.Rename(Snapshot.Folder + "/10", Snapshot.Folder + "/11");
        _files.DeleteFile(Snapshot.Folder + "/20/manifest");
        var reports = new SnapshotInspector(_files, "data/snapshots").ReadAll();
        Assert.Contains("/20/manifest is missing", reports[0].Complaint, StringComparison.Ordinal);
        Assert.Null(reports[0].Meta);
        Assert.Contains("/11 holds 3/10", reports[1].Complaint, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_there_are_none_there_is_nothing() =>
        Assert.Empty(new SnapshotInspector(_files, "data/snapshots").ReadAll());
}
