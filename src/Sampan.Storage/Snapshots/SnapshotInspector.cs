using System.Globalization;
using Sampan.Io;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Storage.Snapshots;

/// <summary>
/// Looks at the snapshots of a store without writing, and reads every byte of them. Not while a store has them open.
/// Whether the log names a snapshot is the log's business: see its snapshot marks.
/// </summary>
public sealed class SnapshotInspector
{
    private readonly IFileSystem _files;
    private readonly string _root;

    /// <summary>An inspector of the directory of all snapshots of a store.</summary>
    public SnapshotInspector(IFileSystem files, string root)
    {
        _files = files;
        _root = root;
    }

    /// <summary>The snapshots by group, then by directory.</summary>
    public IReadOnlyList<SnapshotReport> ReadAll()
    {
        var reports = new List<SnapshotReport>();
        foreach (var (group, path) in Groups())
        {
            foreach (var name in _files.List(path))
            {
                if (StandingOf(name) is { } standing)
                {
                    reports.Add(Read(group, Path.Combine(path, name), standing));
                }
            }
        }

        return reports;
    }

    private List<(GroupId Group, string Path)> Groups()
    {
        var groups = new List<(GroupId Group, string Path)>();
        foreach (var name in _files.DirectoryExists(_root) ? _files.List(_root) : [])
        {
            if (ulong.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                && _files.DirectoryExists(Path.Combine(_root, name)))
            {
                groups.Add((new GroupId(id), Path.Combine(_root, name)));
            }
        }

        groups.Sort((one, other) => one.Group.CompareTo(other.Group));
        return groups;
    }

    // Null for what is no snapshot's name.
    private static SnapshotStanding? StandingOf(string name) =>
        name.EndsWith(SnapshotName.TemporarySuffix, StringComparison.Ordinal) ? SnapshotStanding.Unfinished
        : name.EndsWith(SnapshotName.DamagedSuffix, StringComparison.Ordinal) ? SnapshotStanding.SetAside
        : SnapshotName.TryParse(name, out _) ? SnapshotStanding.Sound
        : null;

    private SnapshotReport Read(GroupId group, string path, SnapshotStanding standing)
    {
        SnapshotManifest? manifest = null;
        var problem = string.Empty;
        try
        {
            manifest = SnapshotFiles.ReadManifest(_files, path, group);
            using var opened = SnapshotFiles.OpenChecked(_files, path, manifest);
        }
        catch (StorageDamagedException exception)
        {
            problem = exception.Message;
        }

        return new SnapshotReport
        {
            Path = path,
            Group = group,
            Standing = standing == SnapshotStanding.Sound && problem.Length > 0 ? SnapshotStanding.Damaged : standing,
            Problem = problem,
            Meta = manifest?.Meta,
            Files = manifest?.Files ?? [],
            StateHash = manifest?.StateHash ?? 0,
        };
    }
}
