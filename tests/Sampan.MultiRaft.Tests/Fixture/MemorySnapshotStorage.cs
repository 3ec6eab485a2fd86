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

    /// <summary>Thrown by the next commit of a received snapshot, if set.</summary>
    public Exception? CommitFault { get; set; }

    /// <summary>Received snapshots that were begun and not disposed of.</summary>
    public int OpenSinks { get; private set; }

    /// <summary>Makes every stored snapshot unreadable.</summary>
    public void Damage() => _snapshots.Clear();

    /// <summary>Stores a snapshot as if it had been taken here.</summary>
    public void Put(GroupId group, MemorySnapshot snapshot)
    {
        _manifests.Add(snapshot);
        _snapshots[(group, snapshot.Meta.Last)] = snapshot.WithManifest(_manifests.Count - 1);
    }

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
        },
        () => OnTakenDisposed?.Invoke());

    /// <summary>What happens when a sink of an own snapshot is disposed of.</summary>
    public Action? OnTakenDisposed { get; set; }

    /// <inheritdoc/>
    public ISnapshotSink Receive(GroupId group, ReadOnlyMemory<byte> manifest)
    {
        var number = BitConverter.ToInt32(manifest.Span);
        var sent = _manifests[number];
        OpenSinks++;
        return new MemorySnapshotSink(
            sent.Meta,
            sent.Files,
            written =>
            {
                if (CommitFault is not null)
                {
                    throw CommitFault;
                }

                Assert.Equal(sent.Files, written.Files);
                _snapshots[(group, sent.Meta.Last)] = written.WithManifest(number);
            },
            () => OpenSinks--);
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
