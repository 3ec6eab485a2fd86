using Sampan.Model;
using Sampan.MultiRaft;
using Sampan.MultiRaft.Abstractions;
using Sampan.Storage.Identity;
using Sampan.Storage.Log;
using Sampan.Storage.Snapshots;

namespace Sampan.Store;

/// <summary>
/// Builds one store from its leaves: identity and lock, log, snapshots, groups and workers. Nothing else.
/// </summary>
public static class StoreBuilder
{
    /// <summary>
    /// Opens the data directory, makes durable what its log holds, and builds the store, which does not run yet. Throws
    /// <see cref="StoreRefusedException"/> for a directory that is not this store's,
    /// <see cref="StorageDamagedException"/> for one that cannot be believed,
    /// <see cref="ArgumentException"/> for a bad setting.
    /// </summary>
    public static BuiltStore Build(StoreParts parts)
    {
        parts.Options.Validate();
        var directory = StoreDirectory.Open(
            parts.Files,
            parts.DataPath,
            new StoreIdentity
            {
                ClusterId = parts.Options.ClusterId,
                Store = parts.Options.Store,
                Incarnation = parts.Options.Incarnation,
            });
        SegmentedLog? log = null;
        var isBuilt = false;
        try
        {
            var options = parts.Options with { Incarnation = directory.Identity.Incarnation };
            var logOptions = new LogOptions
            {
                SegmentBytes = parts.SegmentBytes,
                EntryBytesMax = options.CommandBytesMax + CommandEnvelope.HeaderBytes,
                Owner = options.Incarnation,
                MustExist = directory.IsComplete,
            };
            log = SegmentedLog.Open(parts.Files, directory.LogPath, logOptions, out var recovered);
            directory.Complete();
            foreach (var remark in recovered.Remarks)
            {
                parts.Events.OnRemark(remark);
            }

            var snapshots = new SnapshotStorage(parts.Files, directory.SnapshotPath);
            var replicas = recovered.Groups.Where(group => group.Replica != ReplicaId.None);
            snapshots.DeleteOthers([.. replicas.Select(group => group.Group)]);
            var leaves = new StoreLeaves
            {
                Log = parts.LogTap?.Attach(log, recovered) ?? log,
                Recovered = recovered,
                Snapshots = snapshots,
                Transport = parts.Transport,
                Machines = parts.Machines,
                Runner = parts.Runner,
                Completions = parts.Completions,
                Time = parts.Time,
                Prng = parts.Prng,
                Observer = parts.Events,
            };
            var store = new MultiRaftStore(options, parts.Threads, leaves);
            var spares = new SpareWorker(log, parts.Time, options.HeartbeatInterval);
            parts.Runner.Add(spares, spares.Name);
            isBuilt = true;
            return new BuiltStore(store, log, directory);
        }
        finally
        {
            if (!isBuilt)
            {
                log?.Dispose();
                directory.Dispose();
            }
        }
    }
}
