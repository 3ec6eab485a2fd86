using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Applying;
using Sampan.Raft;

namespace Sampan.MultiRaft.Groups;

/// <summary>
/// What a replica starts from, given its log, the snapshots that are sound, and its state machine.
/// </summary>
/// <param name="State">For the core.</param>
/// <param name="Machine">Its state machine, and whether the group is stopped for its sake.</param>
/// <param name="Install">The snapshot to install in the state machine; null for none.</param>
/// <param name="Applied">Where the state machine stands then.</param>
internal readonly record struct ReplicaRecovery(
    ReplicaState State, CreatedMachine Machine, SnapshotMeta? Install, LogId Applied)
{
    private const string NotNew = "has applied something, and its replica is new: what a former one left must go first";

    /// <summary>
    /// A snapshot is usable if the log goes on behind it. With one, or with a log that reaches back to where the state
    /// machine stands, the replica starts whole. Without, it votes and acknowledges (its log is intact) and asks for a
    /// snapshot at or above its base. Throws <see cref="StorageDamagedException"/> if the state machine is ahead of the
    /// log: it applied what this log never held, or has lost (E7). Only where the log says that the replica is new it
    /// is the machine that is wrong.
    /// </summary>
    public static ReplicaRecovery From(
        RecoveredGroup found, IReadOnlyList<SnapshotMeta> sound, in CreatedMachine created)
    {
        var machine = created;
        if (machine.AppliedIndex > found.LastIndex)
        {
            machine = found.LastIndex == 0 && found.HardState.Commit == 0
                ? CreatedMachine.Failed($"the state machine of group {found.Group} {NotNew}")
                : throw new StorageDamagedException(
                    $"the state machine of group {found.Group} has applied index {machine.AppliedIndex}, and the log "
                    + $"ends at {found.LastIndex}: one of them is of another directory, or the log lost entries");
        }

        SnapshotMeta? usable = null;
        foreach (var snapshot in sound)
        {
            if (snapshot.Last.Index >= found.Base.Index && snapshot.Last.Index <= found.LastIndex)
            {
                usable = snapshot;
            }
        }

        var install = usable is not null && usable.Last.Index > machine.AppliedIndex ? usable : null;
        var isWhole = install is not null || machine.AppliedIndex >= found.Base.Index;
        var applied = install?.Last ?? IdAt(found, machine.AppliedIndex);
        var configurations = RecoveredConfigurations.Of(found);
        var state = new ReplicaState
        {
            HardState = found.HardState with { Commit = RecoveredConfigurations.CommitOf(found) },
            Base = found.Base,
            TermRuns = found.TermRuns,
            LastIndex = found.LastIndex,
            Configurations = configurations,
            Snapshot = usable,
            AppliedIndex = applied.Index,
            TimeTicks = Math.Max(found.TimeTicks, usable?.TimeTicks ?? 0),
            NeedSnapshotIndex = isWhole ? 0 : Math.Max(found.Base.Index, configurations[0].Index),
        };
        return new ReplicaRecovery(state, machine, install, applied);
    }

    /// <summary>
    /// A new replica: its state machine is new as well, or the last one's tombstone was not the end of it.
    /// </summary>
    public static ReplicaRecovery New(ReplicaState state, in CreatedMachine machine) => new(
        state,
        machine.AppliedIndex == 0 ? machine : CreatedMachine.Failed($"its state machine {NotNew}"),
        null,
        LogId.Zero);

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
}
