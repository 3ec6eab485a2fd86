using Sampan.Model;

namespace Sampan.MultiRaft.Abstractions;

/// <summary>
/// Snapshots as directories of files with a manifest. A snapshot is complete on disk before anybody marks it in the
/// log; unmarked ones are deleted at start. Snapshot worker only, but for readers.
/// </summary>
public interface ISnapshotStorage
{
    /// <summary>Begins a snapshot in a temporary directory.</summary>
    ISnapshotSink Create(GroupId group, SnapshotMeta meta);

    /// <summary>
    /// Begins to receive another store's snapshot, whose manifest these bytes are; throws on a bad manifest.
    /// </summary>
    ISnapshotSink Receive(GroupId group, ReadOnlyMemory<byte> manifest);

    /// <summary>
    /// Opens a snapshot that is complete; throws <see cref="StorageDamagedException"/> if a CRC fails.
    /// </summary>
    ISnapshotSource Open(GroupId group, LogId last);

    /// <summary>
    /// At start: deletes what is temporary or not marked, sets damaged ones aside, and returns those marked ones that
    /// are sound, ascending. What was set aside is said in <paramref name="remarks"/>.
    /// </summary>
    IReadOnlyList<SnapshotMeta> Recover(GroupId group, IReadOnlyList<SnapshotMeta> marked, List<string> remarks);

    /// <summary>Deletes a snapshot, or what is left of it.</summary>
    void Delete(GroupId group, LogId last);

    /// <summary>Deletes everything of a group.</summary>
    void DeleteAll(GroupId group);
}
