using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Simulation.Workloads;
using Sampan.Testing.Files;

namespace Sampan.Simulation.Stores;

/// <summary>
/// A store with its disk: it starts, dies in one way or another, and starts again with what the disk kept.
/// </summary>
internal sealed class SimulatedStore
{
    private readonly SimulationWorld _world;
    private readonly Prng _prng;
    private SimulatedFileSystem _files;
    private StoreLife? _life;
    private int _diskFactor = 1;
    private TimeSpan _wallSkew;

    /// <summary>A store with an empty disk.</summary>
    public SimulatedStore(SimulationWorld world, StoreId id, Prng prng)
    {
        _world = world;
        _prng = prng;
        Id = id;
        _files = new SimulatedFileSystem(prng.Fork());
    }

    /// <summary>The store.</summary>
    public StoreId Id { get; }

    /// <summary>Which life it is in, or was in last.</summary>
    public ulong Life { get; private set; }

    /// <summary>Whether it runs, or starts.</summary>
    public bool IsUp => _life is not null;

    /// <summary>Its groups; null while it is down or starts.</summary>
    public IGroupDirectory? Groups => _life?.Groups;

    /// <summary>The state machines of its life.</summary>
    public SimulatedMachines? Machines => _life?.Machines;

    /// <summary>What an operator would have read last in this life.</summary>
    public string LastRemark => _life?.Events.LastRemark ?? string.Empty;

    /// <summary>How many times slower than usual its disk is.</summary>
    public int DiskFactor
    {
        get => _diskFactor;
        set
        {
            _diskFactor = value;
            _life?.SlowDown(value);
        }
    }

    /// <summary>How far its wall clock is off.</summary>
    public TimeSpan WallSkew
    {
        get => _wallSkew;
        set
        {
            _wallSkew = value;
            Apply(value);
        }
    }

    /// <summary>Starts with what the disk holds. The power may go before it runs.</summary>
    public void Start()
    {
        Invariant.Holds(_life is null);
        Life++;
        var life = new StoreLife(_world, Id, _prng, _files, _diskFactor);
        _life = life;
        Apply(_wallSkew);
        life.Process.Died = () => _world.Plan(life.Process.DiedAt, () => Bury(life, losesPower: true));
        life.Begin(() => _world.Started(this));
    }

    /// <summary>The process dies; with <paramref name="losesPower"/> the disk forgets what was not synced.</summary>
    public void Crash(bool losesPower)
    {
        if (_life is { Process.IsAlive: true } life)
        {
            life.Process.Died = null;
            life.Process.Crash();
            Bury(life, losesPower);
        }
    }

    /// <summary>The power goes in the middle of a call of the disk, soon.</summary>
    public void CrashAtCall()
    {
        if (_life is { Process.IsAlive: true })
        {
            _files.CrashAt(_files.CallCount + 1 + _prng.NextBelow(40), (CrashMoment)_prng.NextBelow(3));
        }
    }

    /// <summary>The power stays, after all.</summary>
    public void KeepPower()
    {
        if (_life is { Process.IsAlive: true })
        {
            _files.CrashAt(long.MaxValue, CrashMoment.Before);
        }
    }

    /// <summary>No worker runs for a while.</summary>
    public void Pause(TimeSpan duration) => _life?.Process.Pause(duration);

    private void Apply(TimeSpan wallSkew)
    {
        if (_life is not null)
        {
            _life.Process.Clock.WallOffset = wallSkew;
        }
    }

    private void Bury(StoreLife life, bool losesPower)
    {
        if (_life != life)
        {
            return;
        }

        life.End();
        _life = null;
        var diedAt = life.Process.DiedAt;
        _files = losesPower ? _files.Crash(_prng.Fork(), diedAt) : _files.Kill(diedAt);
        _world.Crashed(this);
    }
}
