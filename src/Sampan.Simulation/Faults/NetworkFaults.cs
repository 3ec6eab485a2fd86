using Sampan.Base;
using Sampan.Simulation.Stores;

namespace Sampan.Simulation.Faults;

/// <summary>What goes wrong between stores. Each partition ends by itself.</summary>
internal sealed class NetworkFaults
{
    private readonly SimulationWorld _world;
    private readonly Prng _prng;

    /// <summary>A network that is well.</summary>
    public NetworkFaults(SimulationWorld world, Prng prng)
    {
        _world = world;
        _prng = prng;
    }

    /// <summary>The weather for the whole run.</summary>
    public void Begin()
    {
        var weather = _world.Network.Weather;
        weather.DropPerMille = _prng.Chance(1, 2) ? 0 : (uint)_prng.NextBelow(50);
        weather.TailPerMille = (uint)_prng.NextBelow(20);
        if (_world.Shape.ReordersMessages)
        {
            weather.RepeatPerMille = (uint)_prng.NextBelow(50);
            weather.OvertakePerMille = (uint)_prng.NextBelow(80);
        }
    }

    /// <summary>All is well from now on.</summary>
    public void End()
    {
        _world.Network.Weather.Calm();
        _world.Network.Heal();
    }

    /// <summary>One of the shapes of partitions, around a store.</summary>
    public void Act(SimulatedStore store)
    {
        switch (_prng.NextBelow(15))
        {
            case 0 or 1:
                Isolate(store);
                break;
            case 2:
                CutOneWay(store);
                break;
            case 3 or 4:
                CutApart(store, hasBridge: false);
                break;
            case 5:
                CutApart(store, hasBridge: true);
                break;
            case 6:
                Keep(FaultKind.Ring, (left, right, count) => right - left == 1 || right - left == count - 1);
                break;
            case 7:
                var center = Position(store);
                Keep(FaultKind.Star, (left, right, _) => left == center || right == center);
                break;
            case 8:
                CutPair(store, Other(store));
                break;
            case 9:
                Flap(store, Other(store), times: 2 + _prng.NextBelow(6));
                break;
            case 10 or 11:
                Lag(store);
                break;
            case 12 when _world.Network.Pairs.Count > 0:
                _world.Ledger.Count(FaultKind.StreamReset, store.Id);
                _world.Network.Pairs[_prng.NextBelow(_world.Network.Pairs.Count)].Break();
                break;
            default:
                _world.Network.SendStranger(store.Id);
                _world.Ledger.Count(FaultKind.Stranger, store.Id);
                break;
        }
    }

    /// <summary>A store hears nobody, and nobody hears it.</summary>
    public void Isolate(SimulatedStore store)
    {
        _world.Ledger.Count(FaultKind.StoreIsolated, store.Id);
        foreach (var other in _world.Stores)
        {
            Cut(store, other, isOneWay: false);
        }

        Later(() => Free(store));
    }

    /// <summary>All ways to and from a store are free.</summary>
    public void Free(SimulatedStore store)
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

    private void CutOneWay(SimulatedStore store)
    {
        _world.Ledger.Count(FaultKind.OneWayCut, store.Id);
        var isDeaf = _prng.Chance(1, 2);
        foreach (var other in _world.Stores)
        {
            Cut(isDeaf ? other : store, isDeaf ? store : other, isOneWay: true);
        }

        Later(() => Free(store));
    }

    // What was answered long ago counts for nothing: ballots of a former term, signs of life from before a silence.
    private void Lag(SimulatedStore store)
    {
        var lag = _world.Options.ElectionTimeout * ((1 + _prng.NextBelow(6)) / 4.0);
        var isInbound = _prng.Chance(2, 3);
        SetLag(store, isInbound, lag);
        if (!isInbound || _prng.Chance(1, 2))
        {
            _world.Ledger.Count(FaultKind.WayLags, store.Id);
            Later(() => SetLag(store, isInbound, TimeSpan.Zero));
            return;
        }

        _world.PlanAfter(lag * 2, () =>
        {
            _world.Ledger.Count(FaultKind.LaggardMuted, store.Id);
            foreach (var other in _world.Stores)
            {
                Cut(store, other, isOneWay: true);
            }

            _world.PlanAfter(_world.Options.ElectionTimeout * 3, () =>
            {
                Free(store);
                SetLag(store, isInbound, TimeSpan.Zero);
            });
        });
    }

    private void SetLag(SimulatedStore store, bool isInbound, TimeSpan lag)
    {
        foreach (var other in _world.Stores)
        {
            _world.Network.Lag(isInbound ? other.Id : store.Id, isInbound ? store.Id : other.Id, lag);
        }
    }

    // Two halves that do not hear each other, a store on the one side and any others beside it; a bridge hears both.
    private void CutApart(SimulatedStore store, bool hasBridge)
    {
        _world.Ledger.Count(hasBridge ? FaultKind.Bridge : FaultKind.Halves, store.Id);
        var bridge = hasBridge ? Other(store) : null;
        var side = _world.Stores.Where(other => other == store || _prng.Chance(1, 2)).ToArray();
        foreach (var inside in side)
        {
            foreach (var outside in _world.Stores.Except(side))
            {
                if (inside != bridge && outside != bridge)
                {
                    Cut(inside, outside, isOneWay: false);
                }
            }
        }

        Later(() => Array.ForEach(side, Free));
    }

    // Only the ways that are wanted stay.
    private void Keep(FaultKind kind, Func<int, int, int, bool> isKept)
    {
        _world.Ledger.Count(kind);
        var stores = _world.Stores;
        for (var left = 0; left < stores.Count; left++)
        {
            for (var right = left + 1; right < stores.Count; right++)
            {
                if (!isKept(left, right, stores.Count))
                {
                    Cut(stores[left], stores[right], isOneWay: false);
                }
            }
        }

        Later(_world.Network.Heal);
    }

    private void CutPair(SimulatedStore one, SimulatedStore other)
    {
        _world.Ledger.Count(FaultKind.PairCut, one.Id);
        Cut(one, other, _prng.Chance(1, 2));
        Later(() => Free(one));
    }

    private void Flap(SimulatedStore one, SimulatedStore other, int times)
    {
        if (one == other || times == 0)
        {
            return;
        }

        _world.Ledger.Count(FaultKind.Flapping, one.Id);
        Cut(one, other, isOneWay: false);
        _world.PlanAfter(TimeSpan.FromMilliseconds(1 + _prng.NextBelow(200)), () =>
        {
            Free(one);
            _world.PlanAfter(
                TimeSpan.FromMilliseconds(1 + _prng.NextBelow(200)),
                () => Flap(one, other, _world.HaveFaultsStopped ? 0 : times - 1));
        });
    }

    private void Cut(SimulatedStore from, SimulatedStore to, bool isOneWay)
    {
        if (from == to || _world.HaveFaultsStopped)
        {
            return;
        }

        _world.Network.Block(from.Id, to.Id, isBlocked: true);
        if (!isOneWay)
        {
            _world.Network.Block(to.Id, from.Id, isBlocked: true);
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

    private int Position(SimulatedStore store)
    {
        for (var i = 0; i < _world.Stores.Count; i++)
        {
            if (_world.Stores[i] == store)
            {
                return i;
            }
        }

        return 0;
    }
}
