using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Raft;

namespace Sampan.MultiRaft.Groups;

/// <summary>What a replica starts from, given its log and the snapshots that are sound.</summary>
/// <param name="State">For the core.</param>
/// <param name="Install">For a state machine in memory: the snapshot to install; null for none.</param>
internal readonly record struct ReplicaRecovery(ReplicaState State, SnapshotMeta? Install)
{
    /// <summary>
    /// A snapshot is usable if the log goes on behind it. With one, or with a log from its very beginning, the replica
    /// starts whole. Without, it votes and acknowledges (its log is intact) and asks for a snapshot at or above its
    /// base.
    /// </summary>
    public static ReplicaRecovery From(RecoveredGroup found, IReadOnlyList<SnapshotMeta> sound)
    {
        SnapshotMeta? usable = null;
        foreach (var snapshot in sound)
        {
            if (snapshot.Last.Index >= found.Base.Index && snapshot.Last.Index <= found.LastIndex)
            {
                usable = snapshot;
            }
        }

        var isWhole = usable is not null || found.Base.Index == 0;
        var state = new ReplicaState
        {
            HardState = found.HardState,
            Base = found.Base,
            TermRuns = found.TermRuns,
            LastIndex = found.LastIndex,
            Configurations = Configurations(found),
            Snapshot = usable,
            AppliedIndex = usable?.Last.Index ?? 0,
            TimeTicks = Math.Max(found.TimeTicks, usable?.TimeTicks ?? 0),
            NeedSnapshotIndex = isWhole ? 0 : found.Base.Index,
        };
        return new ReplicaRecovery(state, usable);
    }

    private static List<ConfigurationEntry> Configurations(RecoveredGroup found)
    {
        // The one in force at the base: the newest that a mark (sound snapshot or not) or the bootstrap mark knows.
        var first = new ConfigurationEntry(0, found.Bootstrap ?? Configuration.Empty);
        foreach (var snapshot in found.Snapshots)
        {
            if (snapshot.Configuration.Index <= found.Base.Index && snapshot.Configuration.Index >= first.Index)
            {
                first = snapshot.Configuration;
            }
        }

        Invariant.Holds(found.Base.Index == 0 || first.Configuration.Members.Length > 0 || found.Snapshots.Count == 0);
        var all = new List<ConfigurationEntry> { first };
        foreach (var entry in found.Configurations)
        {
            if (entry.Index > first.Index)
            {
                all.Add(entry);
            }
        }

        return all;
    }
}
