using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft;
using Sampan.MultiRaft.Abstractions;
using Sampan.Simulation.Scheduling;
using Sampan.Simulation.Workloads;
using Sampan.Storage.Snapshots;
using Sampan.Store;
using Sampan.Testing.Files;

namespace Sampan.Simulation.Stores;

/// <summary>
/// A store with its disk: it starts, dies in one way or another, and starts again with what the disk kept.
/// </summary>
internal sealed class SimulatedStore
{
    private const string DataPath = "/store";

    private readonly SimulationWorld _world;
    private readonly Prng _prng;
    private readonly ModelDisk _disk = new();
    private readonly Incarnation _incarnation;
    private SimulatedFileSystem _files;
    private StoreLife? _life;

    /// <summary>A store with an empty disk.</summary>
    public SimulatedStore(SimulationWorld world, StoreId id, Prng prng)
    {
        _world = world;
        _prng = prng;
        Id = id;
        _files = new SimulatedFileSystem(prng.Fork());
        Time = new StoreTime(world.Events, prng.Fork(), driftPerMilleMax: 20);
        Speed = new StoreSpeed(prng.Fork());
        _incarnation = new Incarnation(prng.Next() | 1, prng.Next());
    }

    /// <summary>The store.</summary>
    public StoreId Id { get; }

    /// <summary>Its clocks.</summary>
    public StoreTime Time { get; }

    /// <summary>How fast it is.</summary>
    public StoreSpeed Speed { get; }

    /// <summary>Which life it is in, or was in last.</summary>
    public ulong Life { get; private set; }

    /// <summary>Whether it runs.</summary>
    public bool IsUp => _life is not null;

    /// <summary>Its groups; null while it is down.</summary>
    public IGroupDirectory? Groups => _life?.Groups;

    /// <summary>The state machines of its life.</summary>
    public RegisterMachines? Machines => _life?.Machines;

    /// <summary>What an operator would have read last in this life.</summary>
    public string LastRemark => _life?.Events.LastRemark ?? string.Empty;

    /// <summary>Starts with what the disk holds. The power may go before it runs.</summary>
    public void Start()
    {
        Invariant.Holds(_life is null);
        Life++;
        var life = new StoreLife(_world, this, _prng, (Id.Value << 16) + Life);
        _life = life;
        try
        {
            if (_world.Options.HasRealLog)
            {
                BuildWhole(life);
            }
            else
            {
                BuildOnModel(life);
            }
        }
        catch (SimulatedCrashException)
        {
            Crash(losesPower: true);
            return;
        }

        _world.Started(this);
    }

    /// <summary>The process dies; with <paramref name="losesPower"/> the disk forgets what was not synced.</summary>
    public void Crash(bool losesPower)
    {
        if (_life is null)
        {
            return;
        }

        _life.End();
        _life = null;
        _files = losesPower ? _files.Crash(_prng.Fork()) : _files.Kill();
        _world.Crashed(this);
    }

    /// <summary>The power goes in the middle of a write, soon.</summary>
    public void CrashAtWrite()
    {
        if (_life is null)
        {
            return;
        }

        if (_life.ModelLog is not null)
        {
            _life.ModelLog.CrashAtNextBatch = _prng.Chance(1, 2) ? CrashMoment.Before : CrashMoment.After;
        }
        else
        {
            _files.CrashAt(_files.CallCount + 1 + _prng.NextBelow(20), (CrashMoment)_prng.NextBelow(3));
        }
    }

    /// <summary>The power stays, after all.</summary>
    public void KeepPower()
    {
        _files.CrashAt(long.MaxValue, CrashMoment.Before);
        if (_life?.ModelLog is not null)
        {
            _life.ModelLog.CrashAtNextBatch = null;
        }
    }

    /// <summary>No worker runs for a while.</summary>
    public void Pause(TimeSpan duration)
    {
        if (_life is not null)
        {
            _life.Runner.PausedUntil = _world.Events.Now.After(duration);
        }
    }

    /// <summary>A worker found its disk without power; the store is gone.</summary>
    public void WorkerFailed(IWorker worker, Exception exception)
    {
        if (exception is not SimulatedCrashException)
        {
            throw new SimulationFailedException($"store {Id}: {worker.Name} failed: {exception.Message}", exception);
        }

        var life = Life;
        _life?.Runner.Stop();
        _world.Events.PlanAfter(TimeSpan.Zero, EventKind.Fault, Id.Value, () => CrashIf(life));
    }

    private void CrashIf(ulong life)
    {
        if (Life == life)
        {
            Crash(losesPower: true);
        }
    }

    private void BuildWhole(StoreLife life)
    {
        var built = StoreBuilder.Build(new StoreParts
        {
            Options = life.Options,
            Threads = life.Threads,
            Files = _files,
            DataPath = DataPath,
            SegmentBytes = _world.Options.Groups > 10 ? 1024 * 1024 : 128 * 1024,
            Transport = life.Transport,
            Machines = life.Machines,
            Runner = life.Runner,
            Completions = life.Completions,
            Time = Time,
            Prng = life.Prng,
            Events = life.Events,
            LogTap = new LogTap(_world, Id),
        });
        life.Groups = built.Groups;
        built.Start();
    }

    private void BuildOnModel(StoreLife life)
    {
        var recovered = _disk.Recover();
        life.ModelLog = new ModelLog(_disk);
        var store = new MultiRaftStore(
            life.Options with { Incarnation = _incarnation },
            life.Threads,
            new StoreLeaves
            {
                Log = new LogTap(_world, Id).Attach(life.ModelLog, recovered),
                Recovered = recovered,
                Snapshots = new SnapshotStorage(_files, DataPath),
                Transport = life.Transport,
                Machines = life.Machines,
                Runner = life.Runner,
                Completions = life.Completions,
                Time = Time,
                Prng = life.Prng,
                Observer = life.Events,
            });
        life.Groups = store;
        store.Start();
    }
}
