using Sampan.Base;
using Sampan.Simulation.Scheduling;
using Sampan.Simulation.Stores;

namespace Sampan.Simulation.Faults;

/// <summary>
/// What goes wrong, and when: drawn from the seed as the run goes on. Every fault can be survived: disks keep what they
/// promised, stores come back, ways are freed in the end.
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
        _meanPauseMilliseconds = 20 << prng.NextBelow(6);
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
            store.Speed.DiskFactor = 1;
            store.Pause(TimeSpan.Zero);
            store.KeepPower();
            StartIfDown(store);
        }
    }

    private void PlanNext() => _world.Events.PlanAfter(
        TimeSpan.FromMilliseconds(1 + _prng.NextBelow(_meanPauseMilliseconds * 2)),
        EventKind.Fault,
        0,
        Act);

    private void Act()
    {
        if (_hasStopped)
        {
            return;
        }

        var store = _world.Stores[_prng.NextBelow(_world.Stores.Count)];
        switch (_prng.NextBelow(12))
        {
            case 0 or 1:
                store.Crash(losesPower: _prng.Chance(1, 2));
                break;
            case 2:
                store.CrashAtWrite();
                break;
            case 3:
                CrashAll();
                break;
            case 4 or 5:
                Cut(store, isOneWay: _prng.Chance(1, 3));
                break;
            case 6:
                _world.Network.Block(store.Id, Other(store).Id, isBlocked: true);
                break;
            case 7:
                _world.Network.Heal();
                break;
            case 8:
                _world.Network.Pairs[_prng.NextBelow(_world.Network.Pairs.Count)].Break();
                break;
            case 9:
                store.Pause(TimeSpan.FromMilliseconds(_prng.NextBelow(1500)));
                break;
            case 10:
                store.Speed.DiskFactor = _prng.Chance(1, 2) ? 1 : 2 << _prng.NextBelow(6);
                break;
            default:
                store.Time.WallSkew = TimeSpan.FromSeconds(_prng.NextBetween(-100, 100));
                break;
        }

        PlanNext();
    }

    private void CrashAll()
    {
        var losesPower = _prng.Chance(1, 2);
        foreach (var store in _world.Stores)
        {
            store.Crash(losesPower);
        }
    }

    /// <summary>Whoever went down by itself comes back as well.</summary>
    public void PlanStart(SimulatedStore store) => _world.Events.PlanAfter(
        TimeSpan.FromMilliseconds(1 + _prng.NextBelow(!_hasStopped && _prng.Chance(1, 4) ? 3000 : 300)),
        EventKind.Start,
        store.Id.Value,
        () => StartIfDown(store));

    private static void StartIfDown(SimulatedStore store)
    {
        if (!store.IsUp)
        {
            store.Start();
        }
    }

    private void Cut(SimulatedStore store, bool isOneWay)
    {
        foreach (var other in _world.Stores)
        {
            if (other != store)
            {
                _world.Network.Block(store.Id, other.Id, isBlocked: true);
                if (!isOneWay)
                {
                    _world.Network.Block(other.Id, store.Id, isBlocked: true);
                }
            }
        }
    }

    private SimulatedStore Other(SimulatedStore store)
    {
        var others = _world.Stores.Where(other => other != store).ToArray();
        return others.Length == 0 ? store : others[_prng.NextBelow(others.Length)];
    }
}
