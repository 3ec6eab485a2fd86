using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft;
using Sampan.MultiRaft.Abstractions;
using Sampan.Simulation.Network;
using Sampan.Simulation.Scheduling;
using Sampan.Simulation.Workloads;
using Sampan.Storage.Snapshots;
using Sampan.Testing.Files;

namespace Sampan.Simulation.Stores;

/// <summary>A store with its disk: it starts, dies in one way or another, and starts again with what the disk kept.</summary>
internal sealed class SimulatedStore
{
    private const string SnapshotPath = "/snapshots";

    private readonly SimulationWorld _world;
    private readonly Prng _prng;
    private readonly ModelDisk _disk = new();
    private readonly Incarnation _incarnation;
    private SimulatedFileSystem _files;
    private SimulatedRunner? _runner;
    private SimulatedTransport? _transport;
    private SimulatedCompletions? _completions;
    private ModelLog? _log;

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

    /// <summary>The life that it is in, or that ended last.</summary>
    public ulong Life { get; private set; }

    /// <summary>Its host; null while it is down.</summary>
    public MultiRaftStore? Host { get; private set; }

    /// <summary>The state machines of its life.</summary>
    public RegisterMachines? Machines { get; private set; }

    /// <summary>What happened in its life.</summary>
    public StoreEvents? Events { get; private set; }

    /// <summary>Starts with what the disk holds.</summary>
    public void Start()
    {
        Invariant.Holds(Host is null);
        Life++;
        var number = (Id.Value << 16) + Life;
        _runner = new SimulatedRunner(_world.Events, Time, Speed, number, Failed);
        _transport = new SimulatedTransport(_world.Network, Id);
        _completions = new SimulatedCompletions(_world.Events, _prng.Fork(), number);
        _log = new ModelLog(_disk);
        Machines = new RegisterMachines(Id, _world.Checkers);
        Events = new StoreEvents(Id, _world.Checkers);
        var recovered = _disk.Recover();
        Check(recovered);
        var leaves = new StoreLeaves
        {
            Log = new ObservedLog(_log, Id, _world.Checkers, _world.Options.Bug),
            Recovered = recovered,
            Snapshots = new SnapshotStorage(_files, SnapshotPath),
            Transport = _transport,
            Machines = Machines,
            Runner = _runner,
            Completions = _completions,
            Time = Time,
            Prng = _prng.Fork(),
            Observer = Events,
        };
        Host = new MultiRaftStore(DrawOptions(), DrawThreads(), leaves);
        Host.Start();
        _world.Started(this);
    }

    /// <summary>The process dies; with <paramref name="losesPower"/> the disk forgets what was not synced.</summary>
    public void Crash(bool losesPower)
    {
        if (Host is null)
        {
            return;
        }

        Host = null;
        Machines = null;
        _runner?.Stop();
        _transport?.Die();
        if (_completions is not null)
        {
            _completions.IsDead = true;
        }

        _files = losesPower ? _files.Crash(_prng.Fork()) : _files.Kill();
        _world.Crashed(this);
    }

    /// <summary>The power goes at the next write of the log, before or after it; it fails the store soon enough.</summary>
    public void CrashAtNextWrite()
    {
        if (_log is not null)
        {
            _log.CrashAtNextBatch = _prng.Chance(1, 2) ? CrashMoment.Before : CrashMoment.After;
        }
    }

    /// <summary>The power stays, after all.</summary>
    public void KeepPower()
    {
        if (_log is not null)
        {
            _log.CrashAtNextBatch = null;
        }
    }

    /// <summary>No worker runs for a while.</summary>
    public void Pause(TimeSpan duration)
    {
        if (_runner is not null)
        {
            _runner.PausedUntil = _world.Events.Now.After(duration);
        }
    }

    /// <summary>What is read back holds together with what every store wrote.</summary>
    private void Check(RecoveredStore recovered)
    {
        var entries = new List<Entry>();
        foreach (var group in recovered.Groups)
        {
            entries.Clear();
            var range = new IndexRange(group.Base.Index + 1, group.LastIndex + 1);
            Invariant.Holds(range.IsEmpty || _disk.Read(group.Group, range, long.MaxValue, entries) == (int)range.Count);
            _world.Checkers[group.Group].OnRecovered(Id, group.Base, entries);
        }
    }

    private void Failed(IWorker worker, Exception exception)
    {
        if (exception is not SimulatedCrashException)
        {
            throw new SimulationFailedException($"store {Id}: {worker.Name} failed", exception);
        }

        _world.Events.PlanAfter(TimeSpan.Zero, EventKind.Fault, Id.Value, () => Crash(losesPower: true));
        _runner?.Stop();
    }

    private StoreOptions DrawOptions() => new()
    {
        Store = Id,
        ClusterId = 1,
        Incarnation = _incarnation,
        Boot = new BootId(_prng.Next()),
        ElectionTimeout = _world.Options.ElectionTimeout,
        HeartbeatInterval = _world.Options.ElectionTimeout / 6,
        ElectionRoundTrip = TimeSpan.FromMilliseconds(10),
        SnapshotEntries = (ulong)_prng.NextBetween(10, 100),
        CompactionMarginEntries = (ulong)_prng.NextBelow(20),
        EntryCacheBytesMax = _prng.Chance(1, 2) ? 1 : 64 * 1024 * 1024,
        PendingProposalsMax = _prng.Chance(1, 8) ? 2 : 1024,
        CommandBytesMax = 1024,
    };

    private StoreThreads DrawThreads() => new()
    {
        GroupWorkers = _prng.Chance(1, 4) ? 2 : 1,
        IsFused = _prng.Chance(1, 2),
    };
}
