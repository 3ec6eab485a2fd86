using Sampan.Base;
using Sampan.Io;
using Sampan.Model;
using Sampan.MultiRaft;
using Sampan.MultiRaft.Abstractions;
using Sampan.Simulation.Network;
using Sampan.Simulation.Workloads;
using Sampan.Store;
using Sampan.Testing.Files;
using Sampan.Testing.Workers;

namespace Sampan.Simulation.Stores;

/// <summary>What one life of a store is made of; all of it goes when the store dies.</summary>
internal sealed class StoreLife : IWorkerAlarm
{
    private const string DataPath = "/store";

    private readonly SimulationWorld _world;
    private readonly StoreId _store;
    private readonly SimulatedTransport _transport;
    private readonly StoreOptions _options;
    private readonly StoreThreads _threads;
    private readonly Prng _prng;
    private readonly SimulatedFileSystem _files;

    /// <summary>The parts of a life that is about to begin on a disk.</summary>
    public StoreLife(SimulationWorld world, StoreId store, Prng prng, SimulatedFileSystem files, int diskFactor)
    {
        _world = world;
        _store = store;
        _files = files;
        var heartbeat = world.Options.ElectionTimeout / 6;
        Process = world.Timeline.Launch(
            $"store {store}",
            LatenciesOf(diskFactor),
            new WorkerThreadOptions { SlowCallLimit = heartbeat / 2, StallLimit = world.Options.ElectionTimeout },
            this);
        Process.Clock.RatePpm = prng.NextBetween(-20_000, 20_000);
        files.Time = Process.FileTime;
        _transport = new SimulatedTransport(world.Network, store, Process);
        Machines = new SimulatedMachines(store, world.Options.Workload, world.Checkers);
        Events = new StoreEvents(store, world.Checkers);
        _options = DrawOptions(world.Options, store, prng);
        _threads = new StoreThreads
        {
            GroupWorkers = prng.Chance(1, 4) ? 2 : 1,
            IsFused = prng.Chance(1, 2),
        };
        _prng = prng.Fork();
    }

    /// <summary>Its threads, clock and waiters.</summary>
    public SimulatedProcess Process { get; }

    /// <summary>Its state machines.</summary>
    public SimulatedMachines Machines { get; }

    /// <summary>What happens in it.</summary>
    public StoreEvents Events { get; }

    /// <summary>Its groups, once it runs.</summary>
    public IGroupDirectory? Groups { get; private set; }

    /// <summary>
    /// Builds the store, which takes its time, and starts it when that has passed. The power may go before it runs.
    /// </summary>
    public void Begin(Action started) => Process.Run("start", () =>
    {
        var built = StoreBuilder.Build(new StoreParts
        {
            Options = _options,
            Threads = _threads,
            Files = _files,
            DataPath = DataPath,
            SegmentBytes = _world.Options.Groups > 10 ? 1024 * 1024 : 128 * 1024,
            Transport = _transport,
            Machines = Machines,
            Runner = Process.Runner,
            Completions = Process.Completions,
            Time = Process.Clock,
            Prng = _prng,
            Events = Events,
            LogTap = new LogTap(_world, _store),
        });
        Process.Post(() =>
        {
            Groups = built.Groups;
            built.Start();
            started();
        });
    });

    /// <summary>Nothing of it acts any more.</summary>
    public void End() => _transport.Die();

    /// <summary>The disk is so many times slower than a healthy one.</summary>
    public void SlowDown(int diskFactor) => Process.Latencies = LatenciesOf(diskFactor);

    /// <inheritdoc/>
    public void WorkerFailed(string worker, Exception cause) =>
        throw new SimulationFailedException($"store {_store}: {worker} failed: {cause.Message}", cause);

    /// <inheritdoc/>
    public void WorkerSlow(string worker)
    {
    }

    /// <inheritdoc/>
    public void WorkerStalled(string worker)
    {
    }

    private static SimulatedLatencies LatenciesOf(int diskFactor) => new()
    {
        Cpu = LatencyRange.Microseconds(1, 20),
        Read = LatencyRange.Microseconds(1, 50 * diskFactor),
        Write = LatencyRange.Microseconds(1, 20 * diskFactor),
        Sync = LatencyRange.Microseconds(50 * diskFactor, 400 * diskFactor),
        SlowSync = LatencyRange.Microseconds(400 * diskFactor, 20_000 * diskFactor),
        SlowSyncOneIn = 100,
        Completion = LatencyRange.Microseconds(1, 50),
    };

    private static StoreOptions DrawOptions(SimulationOptions options, StoreId store, Prng prng) => new()
    {
        Store = store,
        ClusterId = 1,
        Incarnation = new Incarnation(prng.Next() | 1, prng.Next()),
        Boot = new BootId(prng.Next()),
        ElectionTimeout = options.ElectionTimeout,
        HeartbeatInterval = options.ElectionTimeout / 6,
        ElectionRoundTrip = TimeSpan.FromMilliseconds(10),
        SnapshotEntries = (ulong)prng.NextBetween(10, 100),
        SnapshotGrowthPercent = store.Value % 2 == 0 ? 0 : 100,
        CompactionMarginEntries = (ulong)prng.NextBelow(20),
        EntryCacheBytesMax = prng.Chance(1, 2) ? 1 : 64 * 1024 * 1024,
        PendingProposalsMax = prng.Chance(1, 8) ? 2 : 1024,
        CommandBytesMax = 1024,
    };
}
