using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.MultiRaft.Tests.Fixture;

/// <summary>
/// Snapshots in memory. The manifest is a number that names the snapshot in a table that all stores share.
/// </summary>
internal sealed class MemorySnapshotStorage : ISnapshotStorage
{
    private readonly Dictionary<(GroupId, LogId), MemorySnapshot> _snapshots = [];
    private readonly List<MemorySnapshot> _manifests;

    /// <summary>Snapshots of one store.</summary>
    public MemorySnapshotStorage(List<MemorySnapshot> manifests) => _manifests = manifests;

    /// <summary>Thrown by the next create or receive, if set.</summary>
    public Exception? Fault { get; set; }

    /// <summary>How many were taken here.</summary>
    public int Taken { get; private set; }

    /// <summary>How many are held.</summary>
    public int Count => _snapshots.Count;

    /// <inheritdoc/>
    public ISnapshotSink Create(GroupId group, SnapshotMeta meta) => Fault is not null
        ? throw Fault
        : new MemorySnapshotSink(meta, [], written =>
        {
            Taken++;
            _manifests.Add(written);
            _snapshots[(group, meta.Last)] = written.WithManifest(_manifests.Count - 1);
        });

    /// <inheritdoc/>
    public ISnapshotSink Receive(GroupId group, ReadOnlyMemory<byte> manifest)
    {
        var number = BitConverter.ToInt32(manifest.Span);
        var sent = _manifests[number];
        return new MemorySnapshotSink(sent.Meta, sent.Files, written =>
        {
            Assert.Equal(sent.Files, written.Files);
            _snapshots[(group, sent.Meta.Last)] = written.WithManifest(number);
        });
    }

    /// <inheritdoc/>
    public ISnapshotSource Open(GroupId group, LogId last) =>
        _snapshots.TryGetValue((group, last), out var found)
            ? found
            : throw new StorageDamagedException($"no snapshot of group {group} at {last}");

    /// <inheritdoc/>
    public IReadOnlyList<SnapshotMeta> Recover(
        GroupId group, IReadOnlyList<SnapshotMeta> marked, List<string> remarks) =>
        [.. marked.Where(meta => _snapshots.ContainsKey((group, meta.Last)))];

    /// <inheritdoc/>
    public void Delete(GroupId group, LogId last) => _snapshots.Remove((group, last));

    /// <inheritdoc/>
    public void DeleteAll(GroupId group)
    {
        foreach (var key in _snapshots.Keys.Where(key => key.Item1 == group).ToArray())
        {
            _snapshots.Remove(key);
        }
    }
}
