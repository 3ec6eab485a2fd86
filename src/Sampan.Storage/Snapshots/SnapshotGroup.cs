using Sampan.Io;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Storage.Snapshots;

/// <summary>
/// The snapshots of one group and their directory. One thread at a time changes it; opening and reading is free for
/// all. The table of what is there is an array that is replaced, never changed.
/// </summary>
internal sealed class SnapshotGroup
{
    // What was set aside is for people to look at; two are enough for that, and the rest would fill the disk.
    private const int DamagedMax = 2;

    private readonly IFileSystem _fileSystem;
    private readonly string _root;
    private StoredSnapshot[] _published = [];
    private bool _isDirectoryThere;

    /// <summary>The snapshots of a group below the directory of all groups.</summary>
    public SnapshotGroup(IFileSystem fileSystem, string root, GroupId id)
    {
        _fileSystem = fileSystem;
        _root = root;
        Id = id;
        Path = System.IO.Path.Combine(root, id.ToString());
    }

    /// <summary>The group.</summary>
    public GroupId Id { get; }

    /// <summary>Its directory.</summary>
    public string Path { get; }

    /// <summary>The directory of a snapshot.</summary>
    public string PathOf(SnapshotName name) => System.IO.Path.Combine(Path, name.ToString());

    /// <summary>Begins a snapshot, taken here or, with a manifest that it must match, received.</summary>
    public SnapshotSink Begin(SnapshotMeta meta, SnapshotManifest? expected)
    {
        try
        {
            return BeginIn(NextName(meta.Last.Index), meta, expected);
        }
        catch (FileSystemException failure) when (failure.Failure == FileFailure.NoSpace)
        {
            throw new StorageFullException(
                $"there is no room for the snapshot {meta.Last} of group {Id}: {failure.Message}", failure);
        }
    }

    /// <summary>A snapshot is complete and durable; copies that it replaces are deleted.</summary>
    public void Add(StoredSnapshot added)
    {
        var replaced = _published.Where(other => other.Meta.Last == added.Meta.Last).ToList();
        Volatile.Write(ref _published, [.. _published.Except(replaced), added]);
        replaced.ForEach(Delete);
    }

    /// <summary>Opens a snapshot that is there, and checks all of it. Any thread.</summary>
    public SnapshotSource Open(LogId last)
    {
        var stored = Array.Find(Volatile.Read(ref _published), candidate => candidate.Meta.Last == last);
        if (stored is null || !stored.TryEnter())
        {
            throw new StorageDamagedException($"group {Id} has no snapshot {last}");
        }

        SnapshotFiles? opened = null;
        try
        {
            var manifest = SnapshotFiles.ReadManifest(_fileSystem, stored.Path, Id);
            opened = manifest.Meta.Last == last
                ? SnapshotFiles.OpenChecked(_fileSystem, stored.Path, manifest)
                : throw new StorageDamagedException($"{stored.Path} holds {manifest.Meta}, not {last}");
            return new SnapshotSource(_fileSystem, stored, opened);
        }
        finally
        {
            if (opened is null && stored.Leave())
            {
                Discard(_fileSystem, stored.Path);
            }
        }
    }

    /// <summary>Settles at start what the last life left; see <see cref="ISnapshotStorage.Recover"/>.</summary>
    public IReadOnlyList<SnapshotMeta> Recover(IReadOnlyList<SnapshotMeta> marked, List<string> remarks)
    {
        var sound = new List<StoredSnapshot>();
        if (_fileSystem.DirectoryExists(Path))
        {
            foreach (var entry in _fileSystem.List(Path))
            {
                Settle(entry, marked, sound, remarks);
            }

            BoundDamaged();
        }

        // Of several copies the newest counts; the others are what a crash kept from being deleted.
        var newest = sound.GroupBy(stored => stored.Meta.Last)
            .Select(copies => copies.MaxBy(stored => stored.Name.Copy)!) // not null: a group is never empty
            .OrderBy(stored => stored.Meta.Last.Index)
            .ToArray();
        Volatile.Write(ref _published, newest);
        sound.Except(newest).ToList().ForEach(Delete);
        foreach (var missing in marked.Where(mark => !Array.Exists(newest, stored => stored.Meta.Last == mark.Last)))
        {
            remarks.Add($"group {Id}: the marked snapshot {missing.Last} cannot be used or is not there");
        }

        return [.. newest.Select(stored => stored.Meta)];
    }

    /// <summary>Deletes a snapshot; while somebody reads it, when that ends.</summary>
    public void Delete(LogId last)
    {
        var deleted = Array.FindAll(_published, stored => stored.Meta.Last == last);
        Volatile.Write(ref _published, [.. _published.Except(deleted)]);
        Array.ForEach(deleted, Delete);
    }

    /// <summary>Deletes everything; what is being read, when that ends.</summary>
    public void DeleteAll()
    {
        var deleted = _published;
        Volatile.Write(ref _published, []);
        _isDirectoryThere = false;
        var idle = deleted.Where(stored => stored.Doom()).ToList();
        if (idle.Count < deleted.Length)
        {
            idle.ForEach(stored => Discard(_fileSystem, stored.Path));
        }
        else if (_fileSystem.DirectoryExists(Path))
        {
            // The group is gone for good, so half of it means nothing either.
            _fileSystem.DeleteDirectory(Path);
            _fileSystem.SyncDirectory(_root);
        }
    }

    /// <summary>Whether a snapshot that was found is the one that the log has marked.</summary>
    public static bool IsSame(SnapshotMeta mark, SnapshotMeta found) =>
        mark.Last == found.Last
        && mark.Configuration.Index == found.Configuration.Index
        && mark.Configuration.Configuration.SameAs(found.Configuration.Configuration)
        && mark.TimeTicks == found.TimeTicks;

    /// <summary>
    /// Deletes a complete snapshot so that no crash leaves half of one under a name that counts: 1. rename, 2. sync the
    /// parent, 3. delete. Without the second step the disk could keep the deletion of files and forget the rename.
    /// </summary>
    public static void Discard(IFileSystem fileSystem, string path)
    {
        var temporary = path + SnapshotName.TemporarySuffix;
        try
        {
            fileSystem.Rename(path, temporary);
            fileSystem.SyncDirectory(ParentDirectory.Of(path));
            fileSystem.DeleteDirectory(temporary);
        }
        catch (FileSystemException failure) when (failure.Failure == FileFailure.NoSpace)
        {
            // Some file systems need room to delete. The next start does it.
        }
    }

    private SnapshotSink BeginIn(SnapshotName name, SnapshotMeta meta, SnapshotManifest? expected)
    {
        _fileSystem.CreateDirectory(PathOf(name) + SnapshotName.TemporarySuffix);
        return new SnapshotSink(_fileSystem, this, name, meta, expected);
    }

    // A name that nothing has: what is complete is never replaced, and two sinks of one index do not meet.
    private SnapshotName NextName(ulong index)
    {
        EnsureDirectory();
        var taken = new HashSet<string>(_fileSystem.List(Path), StringComparer.Ordinal);
        var name = SnapshotName.First(index);
        while (taken.Contains(name.ToString()) || taken.Contains(name + SnapshotName.TemporarySuffix))
        {
            name = name.Next();
        }

        return name;
    }

    private void Delete(StoredSnapshot stored)
    {
        if (stored.Doom())
        {
            Discard(_fileSystem, stored.Path);
        }
    }

    // Directories that an earlier life created, but perhaps did not sync, are synced again: once a life is enough.
    private void EnsureDirectory()
    {
        if (_isDirectoryThere)
        {
            return;
        }

        _fileSystem.CreateDirectory(_root);
        _fileSystem.SyncDirectory(ParentDirectory.Of(_root));
        _fileSystem.CreateDirectory(Path);
        _fileSystem.SyncDirectory(_root);
        _isDirectoryThere = true;
    }

    private void Settle(
        string entry, IReadOnlyList<SnapshotMeta> marked, List<StoredSnapshot> sound, List<string> remarks)
    {
        var path = System.IO.Path.Combine(Path, entry);
        var isDirectory = _fileSystem.DirectoryExists(path);
        if (isDirectory && SnapshotName.TryParse(entry, SnapshotName.DamagedSuffix, out _))
        {
            return;
        }

        if (isDirectory && SnapshotName.TryParse(entry, SnapshotName.TemporarySuffix, out _))
        {
            _fileSystem.DeleteDirectory(path);
        }
        else if (!isDirectory || !SnapshotName.TryParse(entry, out var name))
        {
            remarks.Add($"{path} is no snapshot; it is left alone");
        }
        else if (!marked.Any(mark => mark.Last.Index == name.Index))
        {
            _fileSystem.DeleteDirectory(path);
        }
        else
        {
            Judge(path, name, marked, sound, remarks);
        }
    }

    private void Judge(
        string path,
        SnapshotName name,
        IReadOnlyList<SnapshotMeta> marked,
        List<StoredSnapshot> sound,
        List<string> remarks)
    {
        try
        {
            var manifest = SnapshotFiles.ReadManifest(_fileSystem, path, Id);
            if (manifest.Meta.Last.Index != name.Index)
            {
                throw new StorageDamagedException($"{path} holds {manifest.Meta.Last}");
            }

            var mark = marked.FirstOrDefault(candidate => candidate.Last == manifest.Meta.Last);
            if (mark is null)
            {
                _fileSystem.DeleteDirectory(path);
                return;
            }

            if (!IsSame(mark, manifest.Meta))
            {
                throw new StorageDamagedException($"{path} holds {manifest.Meta}, the log has marked {mark}");
            }

            SnapshotFiles.OpenChecked(_fileSystem, path, manifest).Dispose();
            sound.Add(new StoredSnapshot(path, name, manifest.Meta));
        }
        catch (StorageDamagedException damage)
        {
            // Not as a filter of the catch: a filter swallows what the disk throws at it.
            if (IsNewer(path))
            {
                throw;
            }

            SetAside(path);
            remarks.Add($"group {Id}: a snapshot was set aside: {damage.Message}");
        }
    }

    // A later version of this program wrote it: setting it aside would lose what is sound, so the start is refused.
    private bool IsNewer(string path)
    {
        try
        {
            return SnapshotManifest.IsNewerFormat(SnapshotFiles.ReadManifestBytes(_fileSystem, path));
        }
        catch (StorageDamagedException)
        {
            return false;
        }
    }

    private void SetAside(string path)
    {
        _fileSystem.DeleteDirectory(path + SnapshotName.DamagedSuffix);
        _fileSystem.Rename(path, path + SnapshotName.DamagedSuffix);
        _fileSystem.SyncDirectory(Path);
    }

    private void BoundDamaged()
    {
        var damaged = _fileSystem.List(Path)
            .Where(IsSetAside)
            .OrderByDescending(IndexOf)
            .ThenBy(entry => entry, StringComparer.Ordinal);
        foreach (var entry in damaged.Skip(DamagedMax))
        {
            _fileSystem.DeleteDirectory(System.IO.Path.Combine(Path, entry));
        }
    }

    private bool IsSetAside(string entry) => SnapshotName.TryParse(entry, SnapshotName.DamagedSuffix, out _)
        && _fileSystem.DirectoryExists(System.IO.Path.Combine(Path, entry));

    private static ulong IndexOf(string entry) =>
        SnapshotName.TryParse(entry, SnapshotName.DamagedSuffix, out var name) ? name.Index : 0;
}
