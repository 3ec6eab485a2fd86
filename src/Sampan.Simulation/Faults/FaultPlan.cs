using Sampan.Base;
using Sampan.Model;
using Sampan.Simulation.Stores;

namespace Sampan.Simulation.Faults;

/// <summary>
/// What goes wrong, and when: drawn from the seed as the run goes on. Every fault can be survived: disks keep what they
/// promised, stores come back, ways are freed. Each ends by itself, so that a cluster works most of the time and has
/// something to lose; whoever leads is struck more often than others, since that is where logs part ways.
/// </summary>
internal sealed class FaultPlan
{
    private readonly SimulationWorld _world;
    private readonly Prng _prng;
    private readonly int _meanPauseMilliseconds;
    private bool _hasStopped;

    /// <summary>A plan that has not begun; each seed has a temper of its own.</summary>
    public FaultPlan(SimulationWorld world, Prng prng)
    {
        _world = world;
        _prng = prng;
        _meanPauseMilliseconds = 100 << prng.NextBelow(5);
    }

    /// <summary>Begins.</summary>
    public void Start()
    {
        _world.Network.Weather.DropPerMille = _prng.Chance(1, 2) ? 0 : (uint)_prng.NextBelow(50);
        _world.Network.Weather.TailPerMille = (uint)_prng.NextBelow(20);
        PlanNext();
    }

    /// <summary>Nothing goes wrong any more: ways are free, disks are fast, stores run or are about to.</summary>
    public void Stop()
    {
        _hasStopped = true;
        _world.Network.Weather.Calm();
        _world.Network.Heal();
        foreach (var store in _world.Stores)
        {
            store.DiskFactor = 1;
            store.KeepPower();
            StartIfDown(store);
        }
    }

    /// <summary>Whoever went down comes back.</summary>
    public void PlanStart(SimulatedStore store) => _world.PlanAfter(
        TimeSpan.FromMilliseconds(1 + _prng.NextBelow(!_hasStopped && _prng.Chance(1, 6) ? 3000 : 200)),
        () => StartIfDown(store));

    private static void StartIfDown(SimulatedStore store)
    {
        if (!store.IsUp)
        {
            store.Start();
        }
    }

    private void PlanNext() => _world.PlanAfter(
        TimeSpan.FromMilliseconds(1 + _prng.NextBelow(_meanPauseMilliseconds * 2)), Act);

    private void Act()
    {
        if (_hasStopped)
        {
            return;
        }

        var store = Target();
        switch (_prng.NextBelow(12))
        {
            case 0:
                store.Crash(losesPower: _prng.Chance(1, 2));
                break;
            case 1:
                store.CrashAtCall();
                break;
            case 2:
                CrashAll();
                break;
            case 3 or 4:
                Cut(store, isOneWay: _prng.Chance(1, 3));
                break;
            case 5:
                CutApart(store);
                break;
            case 6:
                CutPair(store, Other(store));
                break;
            case 7:
                _world.Network.Pairs[_prng.NextBelow(_world.Network.Pairs.Count)].Break();
                break;
            case 8:
                store.Pause(TimeSpan.FromMilliseconds(_prng.NextBelow(1500)));
                break;
            case 9:
                SlowDown(store);
                break;
            case 10:
                CutThenCrash(store);
                break;
            default:
                store.WallSkew = TimeSpan.FromSeconds(_prng.NextBetween(-100, 100));
                break;
        }

        PlanNext();
    }

    // Half of the time a store that leads a group, if there is one.
    private SimulatedStore Target()
    {
        var any = _world.Stores[_prng.NextBelow(_world.Stores.Count)];
        if (_prng.Chance(1, 2))
        {
            return any;
        }

        var leaders = _world.Stores.Where(store => _world.LeadsSome(store)).ToArray();
        return leaders.Length == 0 ? any : leaders[_prng.NextBelow(leaders.Length)];
    }

    private void CrashAll()
    {
        var losesPower = _prng.Chance(2, 3);
        foreach (var store in _world.Stores)
        {
            store.Crash(losesPower);
        }
    }

    private void SlowDown(SimulatedStore store)
    {
        store.DiskFactor = 2 << _prng.NextBelow(6);
        Later(() => store.DiskFactor = 1);
    }

    private void Cut(SimulatedStore store, bool isOneWay)
    {
        foreach (var other in _world.Stores)
        {
            if (other != store)
            {
                Block(store, other, isOneWay);
            }
        }

        Later(() => Free([store]));
    }

    /// <summary>
    /// Two halves that do not hear each other, a store on the one side and any others beside it.
    /// </summary>
    private void CutApart(SimulatedStore store)
    {
        var side = _world.Stores.Where(other => other == store || _prng.Chance(1, 2)).ToArray();
        foreach (var inside in side)
        {
            foreach (var outside in _world.Stores.Except(side))
            {
                Block(inside, outside, isOneWay: false);
            }
        }

        Later(() => Free(side));
    }

    private void CutPair(SimulatedStore one, SimulatedStore other)
    {
        Block(one, other, _prng.Chance(1, 2));
        Later(() => Free([one]));
    }

    /// <summary>
    /// A leader that is cut off goes on taking writes which come to nothing; once it hears of the next leader it throws
    /// them away, and then the power goes everywhere: whatever it only believed to be on disk is gone.
    /// </summary>
    private void CutThenCrash(SimulatedStore store)
    {
        Cut(store, isOneWay: false);
        _world.PlanAfter(_world.Options.ElectionTimeout * 2 + TimeSpan.FromMilliseconds(_prng.NextBelow(400)), () =>
        {
            Free([store]);
            _world.PlanAfter(TimeSpan.FromMilliseconds(_prng.NextBelow(100)), () =>
            {
                if (!_hasStopped)
                {
                    CrashAll();
                }
            });
        });
    }

    private void Block(SimulatedStore from, SimulatedStore to, bool isOneWay)
    {
        if (from == to)
        {
            return;
        }

        _world.Network.Block(from.Id, to.Id, isBlocked: true);
        if (!isOneWay)
        {
            _world.Network.Block(to.Id, from.Id, isBlocked: true);
        }
    }

    private void Free(SimulatedStore[] stores)
    {
        foreach (var store in stores)
        {
            foreach (var other in _world.Stores)
            {
                if (other != store)
                {
                    _world.Network.Block(store.Id, other.Id, isBlocked: false);
                    _world.Network.Block(other.Id, store.Id, isBlocked: false);
                }
            }
        }
    }

    // Mostly long enough for an election, sometimes much longer.
    private void Later(Action end) => _world.PlanAfter(
        TimeSpan.FromMilliseconds(_prng.NextBelow(_prng.Chance(1, 6) ? 4000 : 900)), end);

    private SimulatedStore Other(SimulatedStore store)
    {
        var others = _world.Stores.Where(other => other != store).ToArray();
        return others.Length == 0 ? store : others[_prng.NextBelow(others.Length)];
    }
}
