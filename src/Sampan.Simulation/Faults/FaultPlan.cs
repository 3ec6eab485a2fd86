using Sampan.Base;
using Sampan.Simulation.Stores;

namespace Sampan.Simulation.Faults;

/// <summary>
/// What goes wrong, and when: drawn from the seed as the run goes on. Every fault can be survived: disks keep what they
/// promised, or so few lose it that each group can bear it; stores come back, ways are freed. Each ends by itself, so
/// that a cluster works most of the time and has something to lose; whoever leads is struck more often than others,
/// since that is where logs part ways.
/// </summary>
internal sealed class FaultPlan
{
    private readonly SimulationWorld _world;
    private readonly Prng _prng;
    private readonly NetworkFaults _network;
    private readonly ProcessFaults _processes;
    private readonly DiskFaults _disks;
    private readonly Operations _operations;
    private readonly int[] _weights;
    private readonly int _meanPauseMilliseconds;

    /// <summary>A plan that has not begun; each seed has a temper of its own.</summary>
    public FaultPlan(SimulationWorld world, Prng prng)
    {
        _world = world;
        _prng = prng;
        _network = new NetworkFaults(world, prng.Fork());
        _processes = new ProcessFaults(world, prng.Fork(), _network);
        _disks = new DiskFaults(world, prng.Fork());
        _operations = new Operations(world, prng.Fork(), _network, _processes);
        _weights = [.. Enumerable.Range(0, 4).Select(_ => 1 + prng.NextBelow(10))];
        _meanPauseMilliseconds = 50 << prng.NextBelow(5);
    }

    /// <summary>Begins.</summary>
    public void Start()
    {
        _network.Begin();
        PlanNext();
        PlanRepair();
    }

    /// <summary>
    /// Nothing goes wrong any more: ways are free, disks are fast, stores run or are about to, but for some that stay
    /// away for good; a majority of each group is left.
    /// </summary>
    public IReadOnlyCollection<SimulatedStore> Stop(bool mayLose)
    {
        _world.HaveFaultsStopped = true;
        _network.End();
        var away = mayLose ? DrawAway() : [];
        foreach (var store in _world.Stores)
        {
            store.Spare();
            if (away.Contains(store))
            {
                store.Crash(losesPower: false);
            }
            else
            {
                StartIfDown(store);
            }
        }

        return away;
    }

    /// <summary>Whoever went down comes back.</summary>
    public void PlanStart(SimulatedStore store) => _world.PlanAfter(
        TimeSpan.FromMilliseconds(
            1 + _prng.NextBelow(!_world.HaveFaultsStopped && _prng.Chance(1, 6) ? 3000 : 200)),
        () => StartIfDown(store));

    private void StartIfDown(SimulatedStore store)
    {
        if (!store.IsUp && store.Refusal is null && !_world.StaysAway(store))
        {
            store.Start();
            if (!_world.HaveFaultsStopped && _prng.Chance(1, 30))
            {
                store.CrashAtCall(_prng.Chance(1, 2), callsMax: 25);
            }
        }
    }

    private void PlanNext() => _world.PlanAfter(
        TimeSpan.FromMilliseconds(1 + _prng.NextBelow(_meanPauseMilliseconds * 2)), Act);

    private void PlanRepair() => _world.PlanAfter(
        _world.Options.ElectionTimeout * _prng.NextBetween(1, 8), () =>
        {
            if (!_world.HaveFaultsStopped)
            {
                _operations.Repair();
                PlanRepair();
            }
        });

    private void Act()
    {
        if (_world.HaveFaultsStopped)
        {
            return;
        }

        var store = Target();
        switch (DrawArea())
        {
            case 0:
                _network.Act(store);
                break;
            case 1:
                _processes.Act(store);
                break;
            case 2:
                _disks.Act(store);
                break;
            default:
                _operations.Act();
                break;
        }

        PlanNext();
    }

    private int DrawArea()
    {
        var drawn = _prng.NextBelow(_weights.Sum());
        var area = 0;
        while (drawn >= _weights[area])
        {
            drawn -= _weights[area];
            area++;
        }

        return area;
    }

    // Half of the time a store that leads a group, if there is one.
    private SimulatedStore Target()
    {
        var any = _world.Stores[_prng.NextBelow(_world.Stores.Count)];
        if (_prng.Chance(1, 2))
        {
            return any;
        }

        var leaders = _world.Stores.Where(_world.LeadsSome).ToArray();
        return leaders.Length == 0 ? any : leaders[_prng.NextBelow(leaders.Length)];
    }

    private HashSet<SimulatedStore> DrawAway()
    {
        var away = new HashSet<SimulatedStore>();
        if (_prng.Chance(1, 2))
        {
            return away;
        }

        foreach (var store in _world.Stores)
        {
            if (_prng.Chance(1, 2))
            {
                away.Add(store);
                if (!Membership.CanLose(_world, away))
                {
                    away.Remove(store);
                }
            }
        }

        return away;
    }
}
