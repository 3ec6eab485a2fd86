using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Simulation.Stores;

namespace Sampan.Simulation.Faults;

/// <summary>
/// What operators do to groups while things go wrong: members come and go, leaders hand over, snapshots are taken,
/// members whose disks are gone are replaced. They ask a leader, and take no for an answer.
/// </summary>
internal sealed class Operations
{
    private const int VotersMax = 7;

    private readonly SimulationWorld _world;
    private readonly Prng _prng;
    private readonly NetworkFaults _network;
    private readonly ProcessFaults _processes;
    private readonly Dictionary<GroupId, ulong> _lastReplica = [];

    /// <summary>Operators who have done nothing yet.</summary>
    public Operations(SimulationWorld world, Prng prng, NetworkFaults network, ProcessFaults processes)
    {
        _world = world;
        _prng = prng;
        _network = network;
        _processes = processes;
    }

    /// <summary>Something is done to a group.</summary>
    public void Act()
    {
        var group = _world.AnyGroup(_prng);
        if (!TryGetLeader(group, out var leader))
        {
            return;
        }

        if (!_world.Shape.ChangesMembers || _prng.Chance(1, 3))
        {
            ActOnLeader(leader.Door);
        }
        else
        {
            Change(leader, DrawChange(group, leader.Door.Status));
        }
    }

    /// <summary>
    /// A step towards whole groups: who lost its disk is removed, and a store that has none gets a learner, which is
    /// promoted later; a store that cannot start any more gets an empty disk.
    /// </summary>
    public void Repair()
    {
        foreach (var store in _world.Stores)
        {
            if (store.Refusal is not null)
            {
                store.Wipe(bootstraps: false);
                _world.StartSoon(store);
            }
        }

        foreach (var group in _world.Groups.Keys)
        {
            if (TryGetLeader(group, out var leader))
            {
                Change(leader, Replacement(group, leader.Door.Status.Configuration));
            }
        }
    }

    private void ActOnLeader(IRaftGroup leader)
    {
        if (_prng.Chance(1, 3))
        {
            _world.Ledger.Count(FaultKind.SnapshotTaken);
            Forget(_world.AnyDoor(_prng, leader.Id)?.TakeSnapshotAsync(CancellationToken.None) ?? default);
            return;
        }

        var members = leader.Status.Configuration.Members.ToArray();
        var target = members.Length == 0 || _prng.Chance(1, 4)
            ? ReplicaId.None
            : members[_prng.NextBelow(members.Length)].Replica;
        _world.Ledger.Count(FaultKind.LeadershipTransferred);
        Forget(leader.TransferLeadershipAsync(target, CancellationToken.None));
    }

    private (FaultKind Kind, MemberChange[] Steps)? DrawChange(GroupId group, GroupStatus status)
    {
        var configuration = status.Configuration;
        var voters = configuration.Voters.ToArray();
        var learners = configuration.Learners.ToArray();
        return _prng.NextBelow(10) switch
        {
            0 or 1 or 2 when FreeStore(configuration) is { } store =>
                (FaultKind.LearnerAdded, [AddLearner(group, store)]),
            3 or 4 when learners.Length > 0 && voters.Length < VotersMax =>
                (FaultKind.LearnerPromoted, [Promote(configuration, Any(learners))]),
            5 when voters.Length > 1 => (FaultKind.VoterDemoted, [Demote(configuration, Any(voters))]),
            6 when voters.Length > 1 => (FaultKind.LeaderRemoved, [RemoveStep(status.Replica)]),
            7 when configuration.Members.Length > 1 => Removal(status, Any([.. voters, .. learners])),
            8 when learners.Length > 0 && voters.Length > 1 => (
                FaultKind.SeveralChanged,
                [Promote(configuration, Any(learners)), Demote(configuration, Any(voters))]),
            _ => (FaultKind.PriorityChanged, [Prioritize(configuration, Any(voters))]),
        };
    }

    private static (FaultKind Kind, MemberChange[] Steps)? Removal(GroupStatus status, ReplicaId replica)
    {
        var isLastVoter = status.Configuration.Voters.Length == 1 && status.Configuration.IsVoter(replica);
        return isLastVoter ? null
            : (replica == status.Replica ? FaultKind.LeaderRemoved : FaultKind.MemberRemoved, [RemoveStep(replica)]);
    }

    private (FaultKind Kind, MemberChange[] Steps)? Replacement(GroupId group, Configuration configuration)
    {
        var history = _world.Checkers[group].History;
        foreach (var member in configuration.Members)
        {
            if (history.Tracks.TryGetValue(member.Replica, out var track) && track.IsLost)
            {
                return (FaultKind.MemberReplaced, [RemoveStep(member.Replica)]);
            }
        }

        if (configuration.Learners.Length > 0 && configuration.Voters.Length < _world.Shape.Voters)
        {
            return (FaultKind.LearnerPromoted, [Promote(configuration, Any(configuration.Learners.ToArray()))]);
        }

        return configuration.Members.Length < _world.Shape.Voters + _world.Shape.Learners
            && FreeStore(configuration) is { } store
                ? (FaultKind.LearnerAdded, [AddLearner(group, store)])
                : null;
    }

    private void Change(Seat leader, (FaultKind Kind, MemberChange[] Steps)? drawn)
    {
        if (drawn is { } wanted && IsSound(leader, wanted.Steps))
        {
            _world.Ledger.Count(wanted.Kind, leader.Store.Id);
            var change = leader.Door.ChangeMembershipAsync(new MembershipChange(wanted.Steps), CancellationToken.None);
            _world.Changes.Add(new OpenChange(leader.Store, leader.Store.Life, AwaitAsync(change)));
            if (_prng.Chance(1, 3))
            {
                PlanCut(leader.Store);
            }
        }
    }

    // Changes must meet the loss of whoever has them, or of whoever has not heard of them yet.
    private void PlanCut(SimulatedStore leader) => _world.PlanAfter(
        TimeSpan.FromMicroseconds(_prng.NextBelow(_prng.Chance(1, 2) ? 500 : 20_000)), () =>
        {
            if (_world.HaveFaultsStopped)
            {
                return;
            }

            var store = _prng.Chance(2, 3) ? leader : _world.Stores[_prng.NextBelow(_world.Stores.Count)];
            _world.Ledger.Count(FaultKind.CutInChange, store.Id);
            if (_prng.Chance(2, 3))
            {
                _network.Isolate(store);
            }
            else
            {
                _processes.Crash(store, _prng.Chance(1, 2));
            }
        });

    private bool IsSound(Seat leader, MemberChange[] steps)
    {
        var voters = leader.Door.Status.Configuration.Voters.ToArray().ToHashSet();
        foreach (var step in steps)
        {
            if (step.Kind == MemberChangeKind.AddVoter)
            {
                voters.Add(step.Member.Replica);
            }
            else if (step.Kind != MemberChangeKind.Update)
            {
                voters.Remove(step.Member.Replica);
            }
        }

        return Membership.IsSound(_world, _world.Checkers[leader.Door.Id].History, voters);
    }

    private bool TryGetLeader(GroupId group, out Seat leader)
    {
        leader = default;
        foreach (var store in _world.Stores)
        {
            if (store.Groups is { } groups && groups.TryGet(group, out var door) && door.Status.IsLeader
                && (leader.Door is null || door.Status.Term > leader.Door.Status.Term))
            {
                leader = new Seat(store, door);
            }
        }

        return leader.Door is not null;
    }

    // A store that runs, bears no member, and whose disk holds no replica of the group.
    private SimulatedStore? FreeStore(Configuration configuration)
    {
        var taken = configuration.Members.ToArray().Select(member => member.Store).ToHashSet();
        var free = _world.Stores.Where(store => store.IsUp && !taken.Contains(store.Id)).ToArray();
        return free.Length == 0 ? null : free[_prng.NextBelow(free.Length)];
    }

    private MemberChange AddLearner(GroupId group, SimulatedStore store)
    {
        var last = Math.Max(_lastReplica.GetValueOrDefault(group), (ulong)_world.Stores.Count);
        _lastReplica[group] = last + 1;
        return new MemberChange(MemberChangeKind.AddLearner, new Member(new ReplicaId(last + 1), store.Id));
    }

    private static MemberChange Promote(Configuration configuration, ReplicaId replica) =>
        new(MemberChangeKind.AddVoter, Known(configuration, replica));

    private static MemberChange Demote(Configuration configuration, ReplicaId replica) =>
        new(MemberChangeKind.AddLearner, Known(configuration, replica));

    private MemberChange Prioritize(Configuration configuration, ReplicaId replica) =>
        new(MemberChangeKind.Update, Known(configuration, replica) with { Priority = 1 + _prng.NextBelow(4) });

    private static MemberChange RemoveStep(ReplicaId replica) =>
        new(MemberChangeKind.Remove, new Member(replica, default));

    private static Member Known(Configuration configuration, ReplicaId replica) =>
        configuration.TryGetMember(replica, out var member) ? member : new Member(replica, default);

    private ReplicaId Any(ReplicaId[] replicas) => replicas[_prng.NextBelow(replicas.Length)];

    // What comes of it shows in the group; a failure is an answer like any other.
    private static void Forget(ValueTask task) => _ = AwaitAsync(task);

    private static async Task AwaitAsync(ValueTask task)
    {
        try
        {
            await task.ConfigureAwait(false);
        }
        catch (RaftException)
        {
        }
    }

    private readonly record struct Seat(SimulatedStore Store, IRaftGroup Door);
}
