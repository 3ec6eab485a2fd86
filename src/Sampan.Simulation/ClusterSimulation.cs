using Sampan.Base;
using Sampan.Model;
using Sampan.Simulation.Faults;
using Sampan.Simulation.Workloads;

namespace Sampan.Simulation;

/// <summary>
/// One history of a number of stores, whole stores in one thread, drawn from a seed: first everything goes wrong, then
/// nothing, and then all must be well. A promise that is broken ends it with a <see cref="SimulationFailedException"/>.
/// </summary>
public sealed class ClusterSimulation
{
    private readonly SimulationOptions _options;
    private readonly SimulationWorld _world;
    private readonly RegisterClients _clients;
    private readonly FaultPlan _faults;

    private ClusterSimulation(SimulationOptions options)
    {
        _options = options;
        var prng = new Prng(options.Seed);
        _world = new SimulationWorld(options, prng.Fork());
        _clients = new RegisterClients(_world, prng.Fork());
        _faults = new FaultPlan(_world, prng.Fork());
        _world.StoreCrashed = store =>
        {
            _clients.StoreCrashed(store);
            _faults.PlanStart(store);
        };
    }

    /// <summary>Runs a seed.</summary>
    public static SimulationReport Run(SimulationOptions options)
    {
        options.Validate();
        var simulation = new ClusterSimulation(options);
        try
        {
            return simulation.Run();
        }
        catch (Exception exception) when (exception is SimulationFailedException or InvariantViolationException)
        {
            throw new SimulationFailedException(
                $"seed {options.Seed}, event {simulation._world.Timeline.EventCount}, "
                + $"{simulation._world.Timeline.Now.Ticks / 10_000.0:F3} ms: {exception.Message}",
                exception);
        }
    }

    private SimulationReport Run()
    {
        foreach (var store in _world.Stores)
        {
            store.Start();
        }

        _clients.Start(_options.Clients);
        if (_options.HasFaults)
        {
            _faults.Start();
        }

        RunUntil(() => _world.Timeline.EventCount >= _options.Events, TimeSpan.FromHours(10), () => "events ran out");
        _faults.Stop();
        _clients.Stop();
        var patience = _options.ElectionTimeout * 10;
        RunUntil(HaveLeaders, patience, DescribeLeaders);
        RunUntil(() => _clients.Open.Count == 0, patience, DescribeOpen);
        Probe(patience);
        RunUntil(AreEqual, patience, DescribeReplicas);
        return new SimulationReport
        {
            Seed = _options.Seed,
            Hash = _world.Timeline.Hash,
            Events = _world.Timeline.EventCount,
            Elapsed = new TimeSpan(_world.Timeline.Now.Ticks),
            Writes = _clients.Writes,
            Reads = _clients.Reads,
            Failures = _clients.Failures,
            Crashes = _world.Crashes,
        };
    }

    private void RunUntil(Func<bool> isReached, TimeSpan patience, Func<string> complaint)
    {
        var end = _world.Timeline.Now.After(patience);
        while (!isReached())
        {
            if (!_world.Timeline.Step() || _world.Timeline.Now > end)
            {
                throw new SimulationFailedException(
                    $"not within {patience.TotalMilliseconds} ms: {complaint()}");
            }
        }
    }

    /// <summary>After the faults a write and a read of each group through each of its stores must succeed.</summary>
    private void Probe(TimeSpan patience)
    {
        foreach (var (group, initial) in _world.Groups)
        {
            foreach (var store in _world.Stores.Where(store => SimulationWorld.IsMember(initial, store.Id)))
            {
                foreach (var isRead in (ReadOnlySpan<bool>)[false, true])
                {
                    ProbeUntilSucceeded(store, group, isRead, patience);
                }
            }
        }
    }

    private void ProbeUntilSucceeded(Stores.SimulatedStore store, GroupId group, bool isRead, TimeSpan patience)
    {
        var hasSucceeded = false;
        var isPending = false;
        var failure = string.Empty;
        RunUntil(
            () =>
            {
                if (!isPending && !hasSucceeded)
                {
                    isPending = _clients.TryCall(store, group, isRead, Ended);
                }

                return hasSucceeded;
            },
            patience,
            () => $"a {(isRead ? "read" : "write")} of group {group} through store {store.Id} did not succeed: "
                + $"{failure}\n{Describe()}");

        void Ended(ClientCall call)
        {
            hasSucceeded = call.Failure is null;
            failure = call.Failure?.Message ?? string.Empty;
            isPending = false;
        }
    }

    private bool HaveLeaders()
    {
        foreach (var (group, _) in _world.Groups)
        {
            if (!_world.Stores.Any(store => IsLeader(store, group)))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsLeader(Stores.SimulatedStore store, GroupId group) =>
        store.Groups is not null && store.Groups.TryGet(group, out var door) && door.Status.IsLeader;

    private bool AreEqual()
    {
        foreach (var (group, initial) in _world.Groups)
        {
            ISimulatedMachine? first = null;
            foreach (var store in _world.Stores.Where(store => SimulationWorld.IsMember(initial, store.Id)))
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
                        $"group {group}: replicas differ at index {first.LastIndex}: {DescribeReplicas()}");
                }
            }
        }

        return true;
    }

    private string DescribeLeaders() => "some group has no leader: " + Describe();

    private string DescribeReplicas() => "replicas are not equal: " + Describe();

    private string DescribeOpen()
    {
        var call = _clients.Open[0];
        return $"{_clients.Open.Count} requests have no answer, the first is a {(call.IsRead ? "read" : "write")} of "
            + $"{call.Value} of group {call.Group} at store {call.Store}: {Describe()}";
    }

    private string Describe()
    {
        var lines = new List<string>();
        foreach (var (group, _) in _world.Groups.Take(3))
        {
            foreach (var store in _world.Stores)
            {
                if (store.Groups is null || !store.Groups.TryGet(group, out var door))
                {
                    lines.Add($"group {group} at store {store.Id}: none");
                    continue;
                }

                var status = door.Status;
                lines.Add($"group {group} at store {store.Id}: term {status.Term} leader {status.Leader} "
                    + $"commit {status.CommitIndex} applied {status.AppliedIndex} log {status.FirstIndex}.."
                    + $"{status.LastIndex} {status.Configuration} {status.Failure}");
            }
        }

        lines.AddRange(_world.Stores.Select(store => $"store {store.Id}: {store.LastRemark}"));
        lines.AddRange(_world.Network.Pairs.Select(pair => pair.ToString()));
        return string.Join("\n", lines);
    }
}
