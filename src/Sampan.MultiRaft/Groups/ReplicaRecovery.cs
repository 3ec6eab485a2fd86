using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Raft;

namespace Sampan.MultiRaft.Groups;

/// <summary>
/// What a replica starts from, given its log, the snapshots that are sound, and its state machine.
/// </summary>
/// <param name="State">For the core.</param>
/// <param name="Install">The snapshot to install in the state machine; null for none.</param>
/// <param name="Applied">Where the state machine stands then.</param>
internal readonly record struct ReplicaRecovery(ReplicaState State, SnapshotMeta? Install, LogId Applied)
{
    /// <summary>
    /// A snapshot is usable if the log goes on behind it. With one, or with a log that reaches back to where the state
    /// machine stands, the replica starts whole. Without, it votes and acknowledges (its log is intact) and asks for a
    /// snapshot at or above its base. Throws <see cref="StorageDamagedException"/> if the state machine is ahead of the
    /// log: it applied what this log never held, or has lost (E7).
    /// </summary>
    public static ReplicaRecovery From(RecoveredGroup found, IReadOnlyList<SnapshotMeta> sound, ulong appliedIndex)
    {
        if (appliedIndex > found.LastIndex)
        {
            throw new StorageDamagedException(
                $"the state machine of group {found.Group} has applied index {appliedIndex}, and the log ends at "
                + $"{found.LastIndex}: one of them is of another directory, or the log lost entries");
        }

        SnapshotMeta? usable = null;
        foreach (var snapshot in sound)
        {
            if (snapshot.Last.Index >= found.Base.Index && snapshot.Last.Index <= found.LastIndex)
            {
                usable = snapshot;
            }
        }

        var install = usable is not null && usable.Last.Index > appliedIndex ? usable : null;
        var isWhole = install is not null || appliedIndex >= found.Base.Index;
        var applied = install?.Last ?? IdAt(found, appliedIndex);
        var state = new ReplicaState
        {
            HardState = found.HardState,
            Base = found.Base,
            TermRuns = found.TermRuns,
            LastIndex = found.LastIndex,
            Configurations = Configurations(found),
            Snapshot = usable,
            AppliedIndex = applied.Index,
            TimeTicks = Math.Max(found.TimeTicks, usable?.TimeTicks ?? 0),
            NeedSnapshotIndex = isWhole ? 0 : found.Base.Index,
        };
        return new ReplicaRecovery(state, install, applied);
    }

    /// <summary>
    /// A new replica: its state machine is new as well, or the last one's tombstone was not the end of it.
    /// </summary>
    public static ReplicaRecovery New(GroupId group, ReplicaState state, ulong appliedIndex) => appliedIndex == 0
        ? new ReplicaRecovery(state, null, LogId.Zero)
        : throw new StorageDamagedException(
            $"the state machine of group {group} has applied index {appliedIndex}, and its replica is new: what a "
            + "former one left must go first");

    // The term is known from the base on; below, a snapshot will take the place of it.
    private static LogId IdAt(RecoveredGroup found, ulong index)
    {
        var term = index == found.Base.Index ? found.Base.Term : 0;
        foreach (var run in found.TermRuns)
        {
            term = run.Index <= index ? run.Term : term;
        }

        return new LogId(term, index);
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
