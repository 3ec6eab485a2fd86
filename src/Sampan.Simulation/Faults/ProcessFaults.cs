using Sampan.Base;
using Sampan.Model;
using Sampan.Simulation.Stores;

namespace Sampan.Simulation.Faults;

/// <summary>Deaths, pauses and slowness of processes. Who dies is started again by the plan.</summary>
internal sealed class ProcessFaults
{
    private readonly SimulationWorld _world;
    private readonly Prng _prng;
    private readonly NetworkFaults _network;

    /// <summary>No process has died yet.</summary>
    public ProcessFaults(SimulationWorld world, Prng prng, NetworkFaults network)
    {
        _world = world;
        _prng = prng;
        _network = network;
        world.Network.SnapshotArrived = MaybeInterrupt;
    }

    /// <summary>Something happens to a store, or to all.</summary>
    public void Act(SimulatedStore store)
    {
        switch (_prng.NextBelow(15))
        {
            case 0 or 1:
                Crash(store, losesPower: false);
                break;
            case 2 or 3:
                Crash(store, losesPower: true);
                break;
            case 4 or 5:
                CrashInCall(store);
                break;
            case 6:
                CrashAgainAndAgain(store, times: 2 + _prng.NextBelow(4));
                break;
            case 7:
                CrashAll();
                break;
            case 8:
                CutThenCrash(store);
                break;
            case 9:
                _world.Ledger.Count(FaultKind.ProcessPaused, store.Id);
                store.Pause(TimeSpan.FromMilliseconds(10 + _prng.NextBelow(1500)));
                break;
            case 10:
                _world.Ledger.Count(FaultKind.ProcessPausedLong, store.Id);
                store.Pause(_world.Options.ElectionTimeout * _prng.NextBetween(2, 20));
                break;
            case 11:
                _world.Ledger.Count(FaultKind.ThreadPaused, store.Id);
                store.PauseThread(TimeSpan.FromMilliseconds(10 + _prng.NextBelow(800)));
                break;
            case 12:
                _world.Ledger.Count(FaultKind.ProcessSlow, store.Id);
                store.Pace.SlowProcessor(10 << _prng.NextBelow(5));
                _world.PlanAfter(TimeSpan.FromMilliseconds(_prng.NextBelow(1500)), store.Pace.Recover);
                break;
            case 13:
                TellTime(store);
                break;
            default:
                ChangeTimeout(store);
                break;
        }
    }

    /// <summary>A store dies.</summary>
    public void Crash(SimulatedStore store, bool losesPower)
    {
        if (store.IsUp)
        {
            _world.Ledger.Count(losesPower ? FaultKind.PowerLost : FaultKind.ProcessKilled, store.Id);
            store.Crash(losesPower);
        }
    }

    // A few times in a run a store dies in the middle of a transfer, within a call of its disk or between two.
    private void MaybeInterrupt(StoreId id)
    {
        if (_world.HaveFaultsStopped || !_world.Options.HasFaults || !_prng.Chance(1, 8))
        {
            return;
        }

        var store = _world.StoreOf(id);
        _world.Ledger.Count(FaultKind.InstallInterrupted, id);
        if (!store.CrashAtCall(_prng.Chance(1, 2), callsMax: 12))
        {
            Crash(store, losesPower: true);
        }
    }

    private void CrashInCall(SimulatedStore store)
    {
        var losesPower = _prng.Chance(2, 3);
        if (store.CrashAtCall(losesPower, callsMax: 40))
        {
            _world.Ledger.Count(losesPower ? FaultKind.PowerLostInCall : FaultKind.KilledInCall, store.Id);
        }
    }

    private void CrashAgainAndAgain(SimulatedStore store, int times)
    {
        if (times == 0 || _world.HaveFaultsStopped)
        {
            return;
        }

        _world.Ledger.Count(FaultKind.CrashLoop, store.Id);
        Crash(store, _prng.Chance(1, 2));
        _world.PlanAfter(
            TimeSpan.FromMilliseconds(1 + _prng.NextBelow(300)),
            () => CrashAgainAndAgain(store, times - 1));
    }

    private void CrashAll()
    {
        var losesPower = _prng.Chance(2, 3);
        _world.Ledger.Count(losesPower ? FaultKind.AllPowerLost : FaultKind.AllKilled);
        foreach (var store in _world.Stores)
        {
            store.Crash(losesPower);
        }
    }

    /// <summary>
    /// A leader that is cut off goes on taking writes which come to nothing; once it hears of the next leader it throws
    /// them away, and then the power goes everywhere: whatever it only believed to be on disk is gone.
    /// </summary>
    private void CutThenCrash(SimulatedStore store)
    {
        _world.Ledger.Count(FaultKind.CutThenPowerLost, store.Id);
        _network.Isolate(store);
        var elected = (_world.Options.ElectionTimeout * 2) + TimeSpan.FromMilliseconds(_prng.NextBelow(400));
        _world.PlanAfter(elected, () =>
        {
            _network.Free(store);
            _world.PlanAfter(TimeSpan.FromMilliseconds(_prng.NextBelow(100)), () =>
            {
                if (!_world.HaveFaultsStopped)
                {
                    CrashAll();
                }
            });
        });
    }

    private void TellTime(SimulatedStore store)
    {
        var isJump = _prng.Chance(1, 2);
        _world.Ledger.Count(isJump ? FaultKind.WallClockJumped : FaultKind.WallClockSkewed, store.Id);
        store.WallSkew = isJump
            ? store.WallSkew + TimeSpan.FromMinutes(_prng.NextBetween(-60, 60))
            : TimeSpan.FromSeconds(_prng.NextBetween(-100, 100));
    }

    // The next life keeps another T; only where the seed has it, since it is an operator's mistake as often as his
    // wish.
    private void ChangeTimeout(SimulatedStore store)
    {
        if (_world.Shape.ChangesTimeout)
        {
            _world.Ledger.Count(FaultKind.TimeoutChanged, store.Id);
            store.Timeout = _world.Options.ElectionTimeout * _prng.NextBetween(100, 200) / 100;
            Crash(store, losesPower: false);
        }
    }
}
