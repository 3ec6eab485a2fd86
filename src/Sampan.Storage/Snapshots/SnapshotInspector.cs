using System.Globalization;
using Sampan.Io;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Storage.Snapshots;

/// <summary>
/// Looks at the snapshots of a store, reads all their bytes and changes nothing, also where a start would delete or set
/// aside. Not while a store has the directory.
/// </summary>
public sealed class SnapshotInspector
{
    private readonly IFileSystem _files;
    private readonly string _root;

    /// <summary>An inspector of the directory of all snapshots; it may not be there yet.</summary>
    public SnapshotInspector(IFileSystem files, string root)
    {
        _files = files;
        _root = root;
    }

    /// <summary>
    /// What lies there, by group and name. Damage is part of a report; a disk that cannot be read is a
    /// <see cref="FileSystemException"/>.
    /// </summary>
    public IReadOnlyList<SnapshotReport> ReadAll()
    {
        var reports = new List<SnapshotReport>();
        var names = _files.DirectoryExists(_root) ? _files.List(_root) : [];
        foreach (var name in names)
        {
            var path = Path.Combine(_root, name);
            if (ulong.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                && _files.DirectoryExists(path))
            {
                AddGroup(new GroupId(id), path, reports);
            }
        }

        return [.. reports.OrderBy(report => report.Group).ThenBy(report => report.Meta?.Last.Index ?? 0)];
    }

    private void AddGroup(GroupId group, string directory, List<SnapshotReport> reports)
    {
        foreach (var name in _files.List(directory))
        {
            var path = Path.Combine(directory, name);
            if (_files.DirectoryExists(path))
            {
                reports.Add(Read(group, path, name));
            }
        }
    }

    private SnapshotReport Read(GroupId group, string path, string name)
    {
        var isNamed = SnapshotName.TryParse(name, out var parsed);
        SnapshotManifest? manifest = null;
        var complaint = string.Empty;
        try
        {
            manifest = SnapshotFiles.ReadManifest(_files, path, group);
            SnapshotFiles.OpenChecked(_files, path, manifest).Dispose();
            if (isNamed && manifest.Meta.Last.Index != parsed.Index)
            {
                complaint = $"{path} holds {manifest.Meta.Last}";
            }
        }
        catch (StorageDamagedException damage)
        {
            complaint = damage.Message;
        }

        return new SnapshotReport
        {
            Group = group,
            Path = path,
            Meta = manifest?.Meta,
            Files = manifest?.Files ?? [],
            Complaint = complaint,
            IsComplete = isNamed,
        };
    }
}
