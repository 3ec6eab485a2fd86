using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Applying;
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

    /// <summary>A replica of a group that was bootstrapped here.</summary>
    public ReplicaHost Bootstrap(GroupId group, ReplicaId replica, Configuration initial, GroupMailbox mailbox) =>
        MakeNew(group, replica, ReplicaState.Bootstrap(initial), mailbox);

    /// <summary>A replica that a message of a member created; it waits for its first configuration.</summary>
    public ReplicaHost Blank(GroupId group, ReplicaId replica, GroupMailbox mailbox) =>
        MakeNew(group, replica, ReplicaState.Blank, mailbox);

    /// <summary>
    /// A replica as it was found on disk; <paramref name="remarks"/> takes what was settled on the way.
    /// </summary>
    public ReplicaHost Recover(RecoveredGroup found, GroupMailbox mailbox, List<string> remarks)
    {
        var sound = _snapshots.Recover(found.Group, found.Snapshots, remarks);
        MarkAgain(found, sound);
        var machine = _machines.Create(found.Group);
        var recovery = ReplicaRecovery.From(found, sound, machine.AppliedIndex);
        var host = Make(found.Group, found.Replica, machine, recovery, mailbox);
        foreach (var snapshot in sound)
        {
            _store.SnapshotWorker.Found(found.Group, snapshot.Last);
        }

        host.Recovered(sound);
        return host;
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

    /// <summary>A replica is gone: its snapshots go, and doors find it no more.</summary>
    public void Forget(GroupId group)
    {
        _table.Remove(group);
        _store.SnapshotWorker.Forget(group);
    }

    private ReplicaHost MakeNew(GroupId group, ReplicaId replica, ReplicaState state, GroupMailbox mailbox)
    {
        var machine = _machines.Create(group);
        return Make(group, replica, machine, ReplicaRecovery.New(group, state, machine.AppliedIndex), mailbox);
    }

    private ReplicaHost Make(
        GroupId group, ReplicaId replica, IStateMachine machine, ReplicaRecovery recovery, GroupMailbox mailbox)
    {
        var state = recovery.State;
        var snapshotBytes = 0L;
        if (recovery.Install is { } installed)
        {
            using var source = _snapshots.Open(group, installed.Last);
            machine.Install(source);
            snapshotBytes = source.Files.Sum(file => file.LengthBytes);
        }

        var options = _store.Options.OfReplica(group, replica, _storedElectionTimeout);
        var host = new ReplicaHost(_store, mailbox, _share, options, state, _prng.Fork());
        host.Lane = new ApplyLane(host, machine, recovery.Applied, ConfigurationAt(state, recovery.Applied.Index))
        {
            TimeTicks = recovery.Install?.TimeTicks ?? 0,
            SnapshotBytes = snapshotBytes,
        };
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
