using Sampan.Base;
using Sampan.Io;
using Sampan.Model;
using Sampan.MultiRaft;
using Sampan.MultiRaft.Abstractions;
using Sampan.Raft.Events;
using Sampan.Storage.Recovery;
using Sampan.Store;
using Sampan.Testing.Files;
using Sampan.Testing.Workers;

namespace Sampan.Simulation.Tests.LostMajority;

/// <summary>A whole store on a simulated disk, which dies, is recovered, and starts again.</summary>
internal sealed class ScenarioStore : IStateMachineFactory, IStoreEvents, IWorkerAlarm
{
    private const string DataPath = "/store";

    private readonly SimulatedTimeline _timeline;
    private readonly ScenarioNetwork _network;
    private readonly Prng _prng;
    private SimulatedProcess? _process;
    private ScenarioTransport? _transport;
    private IGroupDirectory? _groups;

    /// <summary>A store with an empty disk.</summary>
    public ScenarioStore(SimulatedTimeline timeline, ScenarioNetwork network, Prng prng, ulong id)
    {
        _timeline = timeline;
        _network = network;
        _prng = prng;
        Id = new StoreId(id);
        Files = new SimulatedFileSystem(prng.Fork());
    }

    /// <summary>The store.</summary>
    public StoreId Id { get; }

    /// <summary>Its disk.</summary>
    public SimulatedFileSystem Files { get; private set; }

    /// <summary>The state machine of its present, or last, life.</summary>
    public HistoryMachine Machine { get; private set; } = new();

    /// <summary>What it told the operator in this life.</summary>
    public List<string> Remarks { get; } = [];

    /// <summary>Whether it runs.</summary>
    public bool IsUp => _process is not null;

    /// <summary>Why it refused others in this life.</summary>
    public IReadOnlyList<string> Refusals => _transport?.Refusals ?? [];

    /// <summary>The group, if it has a replica here.</summary>
    public IRaftGroup? Group =>
        _groups is not null && _groups.TryGet(LostMajorityScenario.Group, out var group) ? group : null;

    /// <summary>Starts it; bootstraps the group with a configuration, if one is given and it has none.</summary>
    public void Start(Configuration? initial)
    {
        Assert.Null(_process);
        Remarks.Clear();
        var process = _timeline.Launch($"store {Id}", new SimulatedLatencies(), Watch(), this);
        process.Clock.RatePpm = _prng.NextBetween(-20_000, 20_000);
        var transport = new ScenarioTransport(_network, Id, process);
        Files.Time = process.FileTime;
        (_process, _transport) = (process, transport);
        process.Run("start", () =>
        {
            var built = StoreBuilder.Build(Parts(process, transport));
            process.Post(() =>
            {
                _groups = built.Groups;
                built.Start();
            });

            // Perhaps before it meets anybody, perhaps after.
            var delay = TimeSpan.FromMilliseconds(_prng.NextBelow(40));
            _timeline.Schedule(_timeline.Now.After(delay), () => process.Post(() =>
            {
                if (_process == process && initial is not null && Group is null)
                {
                    _ = built.Groups.CreateAsync(LostMajorityScenario.Group, initial, CancellationToken.None).AsTask();
                }
            }));
        });
    }

    /// <summary>The power goes: what was not synced may be lost.</summary>
    public void LosePower()
    {
        if (_process is not null)
        {
            _process.Crash();
            _transport?.Stop();
            Files = Files.Crash(_prng.Fork(), _process.DiedAt);
            (_process, _groups) = (null, null);
        }
    }

    /// <summary>Its disk is gone; it gets an empty one.</summary>
    public void LoseDisk()
    {
        Assert.Null(_process);
        Files = new SimulatedFileSystem(_prng.Fork());
    }

    /// <summary>
    /// The others are given up. Several times the power goes at some call of that; each time what is found is the old
    /// state or the new one, and at last it is done.
    /// </summary>
    public RecoveryPlan Recover()
    {
        Assert.Null(_process);
        var before = Assert.Single(Look().Groups).Last;
        for (var attempt = _prng.NextBelow(4); attempt > 0; attempt--)
        {
            Files.CrashAt(Files.CallCount + 1 + _prng.NextBelow(60), (CrashMoment)_prng.NextBelow(3));
            try
            {
                new MajorityRecovery(Files, DataPath).Run();
            }
            catch (SimulatedCrashException)
            {
                Files = Files.Crash(_prng.Fork());
            }

            if (!Files.IsDead)
            {
                Files = Files.Crash(_prng.Fork());
            }

            var found = Assert.Single(Look().Groups);
            var isOld = found.Verdict == RecoveryVerdict.Recovered && found.Last == before;
            var isNew = found.Verdict == RecoveryVerdict.Alone && found.Last.Index == before.Index + 1;
            Assert.True(isOld || isNew, $"{found.Verdict} {found.Last}, before {before}");
        }

        new MajorityRecovery(Files, DataPath).Run();
        var plan = Look();
        Assert.Equal(RecoveryVerdict.Alone, Assert.Single(plan.Groups).Verdict);
        return plan;
    }

    /// <summary>What a recovery would do.</summary>
    public RecoveryPlan Look() => new MajorityRecovery(Files, DataPath).Look();

    /// <inheritdoc/>
    public IStateMachine Create(GroupId group) => Machine = new HistoryMachine();

    /// <inheritdoc/>
    public void Delete(GroupId group) => Machine = new HistoryMachine();

    /// <inheritdoc/>
    public void OnRaftEvent(GroupId group, RaftEvent happened)
    {
    }

    /// <inheritdoc/>
    public void OnRemark(string remark) => Remarks.Add(remark);

    /// <inheritdoc/>
    public void WorkerFailed(string worker, Exception cause) =>
        throw new InvalidOperationException($"store {Id}: {worker} failed: {cause}", cause);

    /// <inheritdoc/>
    public void WorkerSlow(string worker)
    {
    }

    /// <inheritdoc/>
    public void WorkerStalled(string worker)
    {
    }

    private StoreParts Parts(SimulatedProcess process, ScenarioTransport transport) => new()
    {
        Options = new StoreOptions
        {
            Store = Id,
            ClusterId = 1,
            Incarnation = new Incarnation(_prng.Next() | 1, _prng.Next()),
            Boot = new BootId(_prng.Next()),
            ElectionTimeout = LostMajorityScenario.ElectionTimeout,
            HeartbeatInterval = LostMajorityScenario.ElectionTimeout / 6,
            ElectionRoundTrip = TimeSpan.FromMilliseconds(10),
            SnapshotEntries = (ulong)_prng.NextBetween(20, 100),
            SnapshotGrowthPercent = 0,
            CompactionMarginEntries = (ulong)_prng.NextBelow(20),
            CommandBytesMax = 1024,
        },
        Threads = new StoreThreads { IsFused = _prng.Chance(1, 2) },
        Files = Files,
        DataPath = DataPath,
        SegmentBytes = 128 * 1024,
        Transport = transport,
        Machines = this,
        Runner = process.Runner,
        Completions = process.Completions,
        Time = process.Clock,
        Prng = _prng.Fork(),
        Events = this,
    };

    private static WorkerThreadOptions Watch() => new()
    {
        SlowCallLimit = TimeSpan.FromSeconds(10),
        StallLimit = TimeSpan.FromSeconds(60),
    };
}
