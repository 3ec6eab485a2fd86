using System.Collections.Concurrent;
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

    /// <inheritdoc/>
    public void Delete(GroupId group, LogId last) => Of(group).Delete(last);

    /// <inheritdoc/>
    public void DeleteAll(GroupId group) => Of(group).DeleteAll();

    private SnapshotGroup Of(GroupId group) =>
        _groups.GetOrAdd(group, static (id, storage) => new SnapshotGroup(storage._files, storage._root, id), this);
}
