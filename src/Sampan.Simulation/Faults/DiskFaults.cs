using Sampan.Base;
using Sampan.Io;
using Sampan.Simulation.Stores;
using Sampan.Testing.Files;

namespace Sampan.Simulation.Faults;

/// <summary>
/// Disks that fail, fill up, are slow, or lose what they held. Lost is only as much as every group can bear.
/// </summary>
internal sealed class DiskFaults
{
    private static readonly FaultKind[] _damages =
    [
        FaultKind.LogBitFlipped, FaultKind.LogSectorZeroed, FaultKind.LogSectorStale, FaultKind.LogTruncated,
        FaultKind.SegmentMissing, FaultKind.IdentityDamaged,
        // Most disks hold no snapshot yet.
        FaultKind.SnapshotDamaged, FaultKind.SnapshotDamaged, FaultKind.SnapshotDamaged, FaultKind.SnapshotDamaged,
    ];

    private readonly SimulationWorld _world;
    private readonly Prng _prng;

    /// <summary>Disks that are well.</summary>
    public DiskFaults(SimulationWorld world, Prng prng)
    {
        _world = world;
        _prng = prng;
    }

    /// <summary>Something happens to a store's disk.</summary>
    public void Act(SimulatedStore store)
    {
        switch (_prng.NextBelow(12))
        {
            case < 3 when _world.Shape.FailsDisks:
                LayFailure(store);
                break;
            case 3 when _world.Shape.FailsDisks:
                store.LoseDevice();
                break;
            case 4 or 5 when _world.Shape.FailsDisks:
                store.LimitSpace(_prng.NextBelow(200_000));
                _world.PlanAfter(TimeSpan.FromMilliseconds(_prng.NextBelow(2000)), () => store.LimitSpace(null));
                break;
            case 6 or 7 or 8 when _world.Shape.DamagesDisks:
                Damage(store);
                break;
            case 9:
                _world.Ledger.Count(FaultKind.DiskHung, store.Id);
                store.Pace.HangDisk();
                _world.PlanAfter(TimeSpan.FromMilliseconds(_prng.NextBelow(1500)), store.Pace.Recover);
                break;
            default:
                _world.Ledger.Count(FaultKind.DiskSlow, store.Id);
                store.Pace.SlowDisk(2 << _prng.NextBelow(6));
                _world.PlanAfter(TimeSpan.FromMilliseconds(_prng.NextBelow(1500)), store.Pace.Recover);
                break;
        }
    }

    private void LayFailure(SimulatedStore store)
    {
        var kind = _prng.NextBelow(6) switch
        {
            0 => FileCallKind.Read,
            1 => FileCallKind.Write,
            2 => FileCallKind.SyncDirectory,
            3 => FileCallKind.Rename,
            4 => FileCallKind.Sync,
            _ => FileCallKind.SyncData,
        };
        store.Lay(new FileFault { Kind = kind, Nth = 1 + _prng.NextBelow(20) });
    }

    // Damage strikes while the store is down: it dies first, and somebody starts it again.
    private void Damage(SimulatedStore store)
    {
        if (!Membership.CanLose(_world, [store]))
        {
            return;
        }

        store.Crash(losesPower: _prng.Chance(1, 2));
        var kind = _damages[_prng.NextBelow(_damages.Length)];
        if (_prng.Chance(1, 5))
        {
            _world.Ledger.Count(FaultKind.DiskWiped, store.Id);
            store.Wipe(bootstraps: _prng.Chance(1, 3));
        }
        else if (store.Damage(kind))
        {
            _world.Ledger.Count(kind, store.Id);
        }
    }
}
