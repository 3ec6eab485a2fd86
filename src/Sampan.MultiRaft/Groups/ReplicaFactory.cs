using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Applying;
using Sampan.MultiRaft.Snapshots;
using Sampan.MultiRaft.Stores;
using Sampan.Raft;

namespace Sampan.MultiRaft.Groups;

/// <summary>Makes hosts of replicas: bootstrapped, created by a message, or found on disk.</summary>
internal sealed class ReplicaFactory
{
    private readonly StoreWorkers _store;
    private readonly IStateMachineFactory _machines;
    private readonly ISnapshotStorage _snapshots;
    private readonly GroupTable _table;
    private readonly WorkerShare _share;
    private readonly Prng _prng;
    private readonly TimeSpan _storedElectionTimeout;

    /// <summary>A factory for one group worker; <paramref name="prng"/> belongs to it.</summary>
    public ReplicaFactory(
        StoreWorkers store,
        IStateMachineFactory machines,
        ISnapshotStorage snapshots,
        GroupTable table,
        WorkerShare share,
        Prng prng,
        TimeSpan storedElectionTimeout)
    {
        _share = share;
        _store = store;
        _machines = machines;
        _snapshots = snapshots;
        _table = table;
        _prng = prng;
        _storedElectionTimeout = storedElectionTimeout;
    }

    /// <summary>
    /// A replica of a group that was bootstrapped here; <paramref name="hadReplica"/>: not the first one on this store.
    /// </summary>
    public ReplicaHost Bootstrap(
        GroupId group, ReplicaId replica, Configuration initial, bool hadReplica, GroupMailbox mailbox) =>
        MakeNew(group, replica, ReplicaState.Bootstrap(initial), hadReplica, mailbox);

    /// <summary>A replica that a message of a member created; it waits for its first configuration.</summary>
    public ReplicaHost Blank(GroupId group, ReplicaId replica, bool hadReplica, GroupMailbox mailbox) =>
        MakeNew(group, replica, ReplicaState.Blank, hadReplica, mailbox);

    /// <summary>
    /// A replica as it was found on disk; <paramref name="remarks"/> takes what was settled on the way.
    /// </summary>
    public ReplicaHost Recover(RecoveredGroup found, GroupMailbox mailbox, List<string> remarks)
    {
        var sound = _snapshots.Recover(found.Group, found.Snapshots, remarks);
        MarkAgain(found, sound);
        var recovery = ReplicaRecovery.From(found, sound, CreateMachine(found.Group));
        var host = Make(found.Group, found.Replica, recovery, mailbox);
        foreach (var snapshot in sound)
        {
            _store.SnapshotWorker.Found(found.Group, snapshot.Last);
        }

        host.Recovered(sound);
        return host;
    }

    /// <summary>
    /// At start: a group's replica here is gone for good. What is left of it was not deleted in time, perhaps.
    /// </summary>
    public void Clear(GroupId group, List<string> remarks)
    {
        _snapshots.DeleteAll(group);
        if (DeleteMachine(group) is { } thrown)
        {
            remarks.Add($"group {group}: what its state machine left could not be deleted: {thrown.Message}");
        }
    }

    /// <summary>
    /// A replica is gone: its snapshots go, doors find it no more, and its state machine is deleted, which its host is
    /// told.
    /// </summary>
    public void Forget(ReplicaHost host)
    {
        Invariant.Holds(host.Lane is not null);
        _table.Remove(host.Group);
        _store.SnapshotWorker.Forget(host.Group);
        _store.ApplyWorker.Enqueue(new ApplyWork(host.Lane) { IsLast = true });
    }

    /// <summary>
    /// The log keeps the two marks that were written last. Where one of them turned out to be of a snapshot that is
    /// damaged, the sound one is marked again, and so is the last: the next snapshot takes the damaged one's place
    /// (E3). In time: the log writer's queue has an order.
    /// </summary>
    private void MarkAgain(RecoveredGroup found, IReadOnlyList<SnapshotMeta> sound)
    {
        if (sound.Count == found.Snapshots.Count)
        {
            return;
        }

        foreach (var snapshot in sound)
        {
            _store.LogWriter.Enqueue(
                new StoreRecord
                {
                    Kind = StoreRecordKind.SnapshotMark,
                    Group = found.Group,
                    Snapshot = snapshot,
                },
                waiter: null);
        }
    }

    private ReplicaHost MakeNew(
        GroupId group, ReplicaId replica, ReplicaState state, bool hadReplica, GroupMailbox mailbox)
    {
        var machine = CreateMachine(group);
        if (hadReplica && machine.Failure is null && machine.AppliedIndex > 0)
        {
            // A former replica's, which could not be deleted when it had gone: its tombstone says that it may be now.
            machine = DeleteMachine(group) is { } thrown
                ? CreatedMachine.Failed($"what a former one left could not be deleted: {thrown.Message}")
                : CreateMachine(group);
        }

        return Make(group, replica, ReplicaRecovery.New(state, machine), mailbox);
    }

    private Exception? DeleteMachine(GroupId group) =>
        MachineCall.Try((_machines, group), static given => given._machines.Delete(given.group));

    private CreatedMachine CreateMachine(GroupId group) => CreatedMachine.By(_machines, group);

    private ReplicaHost Make(GroupId group, ReplicaId replica, ReplicaRecovery recovery, GroupMailbox mailbox)
    {
        var state = recovery.State;
        var machine = recovery.Machine;
        var failure = machine.Failure;
        var snapshotBytes = 0L;
        if (recovery.Install is { } installed && failure is null)
        {
            using var source = new GuardedSource(_snapshots.Open(group, installed.Last));
            var thrown = MachineCall.Try(
                (machine.Machine, source), static given => given.Machine.Install(given.source));
            source.Fault.ThrowIfAny();
            failure = thrown is null
                ? null
                : $"the state machine threw when it was to install {installed.Last}: {thrown.Message}";
            snapshotBytes = source.Files.Sum(file => file.LengthBytes);
        }

        var options = _store.Options.OfReplica(group, replica, _storedElectionTimeout);
        var host = new ReplicaHost(_store, mailbox, _share, options, state, _prng.Fork());
        host.Lane = new ApplyLane(
            host, machine.Machine, recovery.Applied, ConfigurationAt(state, recovery.Applied.Index))
        {
            TimeTicks = recovery.Install?.TimeTicks ?? 0,
            SnapshotBytes = snapshotBytes,
            CompleteSnapshotIndex = state.Snapshot?.Last.Index ?? 0,
            IsPoisoned = failure is not null,
        };
        if (failure is not null)
        {
            host.Poison(failure);
        }

        _table.Add(host.Door);
        return host;
    }

    private static ConfigurationEntry ConfigurationAt(ReplicaState state, ulong index)
    {
        var found = state.Configurations[0];
        foreach (var entry in state.Configurations)
        {
            found = entry.Index <= index ? entry : found;
        }

        return found;
    }
}
