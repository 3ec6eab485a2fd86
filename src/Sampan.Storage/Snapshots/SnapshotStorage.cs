using System.Collections.Concurrent;
using System.Globalization;
using Sampan.Io;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Storage.Snapshots;

/// <summary>
/// Snapshots on a file system: a directory for each group, in it one for each snapshot (docs/disk-format.md,
/// Snapshots).
/// </summary>
/// <remarks>
/// <para>Threads: changes of one group by one thread at a time, different groups and readers as they like.</para>
/// <para>Durability: a snapshot exists when <see cref="ISnapshotSink.Commit"/> returns, whole; at any crash before, the
/// next <see cref="Recover"/> finds nothing of it. <see cref="Recover"/> comes before everything else of a group that
/// was there in an earlier life.</para>
/// <para>Failure: <see cref="StorageFullException"/> ends one snapshot, whose sink deletes what it wrote when it is
/// disposed; a <see cref="FileSystemException"/> ends the store.</para>
/// </remarks>
public sealed class SnapshotStorage : ISnapshotStorage
{
    private readonly IFileSystem _files;
    private readonly string _root;
    private readonly ConcurrentDictionary<GroupId, SnapshotGroup> _groups = new();

    /// <summary>Snapshots below a directory, which is created with the first one; its parent exists.</summary>
    public SnapshotStorage(IFileSystem files, string root)
    {
        _files = files;
        _root = root;
    }

    /// <inheritdoc/>
    public ISnapshotSink Create(GroupId group, SnapshotMeta meta) => Of(group).Begin(meta, expected: null);

    /// <inheritdoc/>
    public ISnapshotSink Receive(GroupId group, ReadOnlyMemory<byte> manifest)
    {
        // Copied: it is kept until the snapshot is complete, and the frame's bytes belong to somebody else.
        var expected = SnapshotManifest.Decode(manifest.ToArray(), "an offered snapshot");
        return expected.Group == group
            ? Of(group).Begin(expected.Meta, expected)
            : throw new StorageDamagedException($"an offered snapshot is of group {expected.Group}, not {group}");
    }

    /// <inheritdoc/>
    public ISnapshotSource Open(GroupId group, LogId last) => Of(group).Open(last);

    /// <inheritdoc/>
    public IReadOnlyList<SnapshotMeta> Recover(
        GroupId group, IReadOnlyList<SnapshotMeta> marked, List<string> remarks) => Of(group).Recover(marked, remarks);

    /// <summary>
    /// At start, before everything else: deletes the snapshots of all groups but these, which are those that have a
    /// replica. A crash between a replica's tombstone and the deletion of its snapshots leaves them, and nobody else
    /// would ever look at them again. What is no group's directory is left alone.
    /// </summary>
    public void DeleteOthers(IReadOnlyCollection<GroupId> kept)
    {
        var others = new List<string>();
        foreach (var name in _files.DirectoryExists(_root) ? _files.List(_root) : [])
        {
            var path = Path.Combine(_root, name);
            if (ulong.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && string.Equals(name, new GroupId(number).ToString(), StringComparison.Ordinal)
                && !kept.Contains(new GroupId(number)) && _files.DirectoryExists(path))
            {
                others.Add(path);
            }
        }

        // Half of one means nothing either: the group is gone for good, and a crash in between leaves the rest to the
        // next start.
        others.ForEach(_files.DeleteDirectory);
        if (others.Count > 0)
        {
            _files.SyncDirectory(_root);
        }
    }

    /// <inheritdoc/>
    public void Delete(GroupId group, LogId last) => Of(group).Delete(last);

    /// <inheritdoc/>
    public void DeleteAll(GroupId group) => Of(group).DeleteAll();

    private SnapshotGroup Of(GroupId group) =>
        _groups.GetOrAdd(group, static (id, storage) => new SnapshotGroup(storage._files, storage._root, id), this);
}
