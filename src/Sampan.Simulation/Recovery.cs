using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Doors;
using Sampan.Simulation.Checks;
using Sampan.Simulation.Stores;
using Sampan.Simulation.Workloads;

namespace Sampan.Simulation;

/// <summary>
/// The second part of a simulation: faults have stopped, a majority of each group is there. Within ten election
/// timeouts there must be leaders, every request must have its answer, every member must serve, all replicas must
/// agree, and who was removed must have gone quiet.
/// </summary>
internal sealed class Recovery
{
    private readonly SimulationWorld _world;
    private readonly RegisterClients _clients;
    private readonly TimeSpan _patience;

    /// <summary>Nothing is awaited yet.</summary>
    public Recovery(SimulationWorld world, RegisterClients clients)
    {
        _world = world;
        _clients = clients;
        _patience = world.Stores.Max(store => store.Timeout) * 10;
    }

    /// <summary>Runs until all is well.</summary>
    public void Run()
    {
        Await(HaveLeaders, () => "some group has no leader");
        Await(() => _clients.Open.Count == 0, DescribeOpen);
        Await(AreStable, () => "some group does not leave its joint state, or a removed replica stays");
        foreach (var group in _world.Groups.Keys)
        {
            foreach (var store in MembersOf(group))
            {
                Probe(store, group, isRead: false);
                Probe(store, group, isRead: true);
            }
        }

        Await(AreEqual, () => "replicas are not equal");
    }

    private void Await(Func<bool> isReached, Func<string> complaint)
    {
        var end = _world.Timeline.Now.After(_patience);
        while (!isReached())
        {
            if (!_world.Timeline.Step() || _world.Timeline.Now > end)
            {
                throw new SimulationFailedException(
                    $"not within {_patience.TotalMilliseconds} ms after the faults: {complaint()}: {Describe()}");
            }
        }
    }

    // A write or a read of a group through a store must succeed, at the second or third try perhaps.
    private void Probe(SimulatedStore store, GroupId group, bool isRead)
    {
        var hasSucceeded = false;
        var isPending = false;
        var failure = string.Empty;
        Await(
            () =>
            {
                if (!isPending && !hasSucceeded)
                {
                    isPending = _clients.TryCall(store, group, isRead, Ended);
                }

                // A damaged disk may be found out only now, and end its store.
                return hasSucceeded || store.Refusal is not null;
            },
            () => $"a {(isRead ? "read" : "write")} of group {group} through store {store.Id} did not succeed: "
                + failure);

        void Ended(ClientCall call)
        {
            hasSucceeded = call.Failure is null;
            failure = call.Failure?.Message ?? string.Empty;
            _world.PlanAfter(_world.Options.ElectionTimeout / 20, () => isPending = false);
        }
    }

    private bool HaveLeaders() => _world.Groups.Keys.All(group => LeaderOf(group) is not null);

    private bool AreStable() => _world.Groups.Keys.All(IsStable);

    // One that was removed before it had a committed configuration that names it does not ask whether it was: it stays,
    // and is passive, until a later replica of its group comes to its store (ADR 0014).
    private static bool KnowsItIsMember(IRaftGroup door) => door is not RaftGroup { Core: { } core }
        || core.ConfigurationAt(core.CommitIndex).Configuration.Contains(door.Status.Replica);

    private bool IsStable(GroupId group)
    {
        if (LeaderOf(group)?.Status is not { } leader || leader.Configuration.IsJoint)
        {
            return false;
        }

        foreach (var store in _world.Stores)
        {
            if (store.Groups is { } groups && groups.TryGet(group, out var door)
                && !leader.Configuration.Contains(door.Status.Replica) && !IsGhost(store, group)
                && KnowsItIsMember(door))
            {
                return false;
            }
        }

        return true;
    }

    private bool AreEqual() => _world.Groups.Keys.All(IsEqual);

    private bool IsEqual(GroupId group)
    {
        ISimulatedMachine? first = null;
        foreach (var store in MembersOf(group))
        {
            var machine = store.Machines?.Find(group);
            first ??= machine;
            if (machine is null || first is null || machine.LastIndex != first.LastIndex)
            {
                return false;
            }

            if (machine.Hash != first.Hash)
            {
                throw new SimulationFailedException(
                    $"group {group}: replicas differ at index {first.LastIndex}: {Describe()}");
            }
        }

        return true;
    }

    private IRaftGroup? LeaderOf(GroupId group)
    {
        IRaftGroup? leader = null;
        foreach (var store in _world.Stores)
        {
            if (store.Groups is { } groups && groups.TryGet(group, out var door) && door.Status.IsLeader
                && door.Status.Term > (leader?.Status.Term ?? 0))
            {
                leader = door;
            }
        }

        return leader;
    }

    // The stores that run and bear a member of the group that has its disk.
    private List<SimulatedStore> MembersOf(GroupId group)
    {
        var members = new List<SimulatedStore>();
        if (LeaderOf(group)?.Status.Configuration is { } configuration)
        {
            foreach (var member in configuration.Members)
            {
                var store = _world.StoreOf(member.Store);
                if (store.IsUp && store.Image.Find(group)?.Replica == member.Replica && !IsGhost(store, group))
                {
                    members.Add(store);
                }
            }
        }

        return members;
    }

    // A replica that bootstrapped again on an empty disk takes no part, and waits for ever.
    private bool IsGhost(SimulatedStore store, GroupId group) =>
        store.Image.Find(group) is { } image
        && _world.Checkers[group].History.Tracks.TryGetValue(image.Replica, out var track) && track.Image != image;

    private string DescribeOpen()
    {
        var call = _clients.Open[0];
        return $"{_clients.Open.Count} requests have no answer, the first is a {(call.IsRead ? "read" : "write")} of "
            + $"{call.Value} of group {call.Group} at store {call.Store}";
    }

    private string Describe()
    {
        var lines = new List<string>();
        foreach (var group in _world.Groups.Keys.Take(3))
        {
            foreach (var store in _world.Stores)
            {
                if (store.Groups is null || !store.Groups.TryGet(group, out var door))
                {
                    lines.Add($"group {group} at store {store.Id}: {(store.IsUp ? "none" : "down")}");
                    continue;
                }

                var status = door.Status;
                lines.Add($"group {group} at store {store.Id}: replica {status.Replica} term {status.Term} leader "
                    + $"{status.Leader} commit {status.CommitIndex} applied {status.AppliedIndex} log "
                    + $"{status.FirstIndex}..{status.LastIndex} {status.Configuration} {status.Failure}");
            }
        }

        lines.AddRange(_world.Stores.Select(store => $"store {store.Id}: {store.LastRemark}"));
        lines.AddRange(_world.Network.Pairs.Select(pair => pair.ToString()));
        return string.Join("\n", lines);
    }
}
