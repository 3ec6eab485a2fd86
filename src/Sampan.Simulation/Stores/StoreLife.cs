using Sampan.Base;
using Sampan.Io;
using Sampan.Model;
using Sampan.MultiRaft;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Doors;
using Sampan.Simulation.Checks;
using Sampan.Simulation.Faults;
using Sampan.Simulation.Network;
using Sampan.Simulation.Workloads;
using Sampan.Storage.Identity;
using Sampan.Store;
using Sampan.Testing.Files;
using Sampan.Testing.Workers;

namespace Sampan.Simulation.Stores;

/// <summary>What one life of a store is made of; all of it goes when the store dies.</summary>
internal sealed class StoreLife : IWorkerAlarm
{
    /// <summary>Where a store's disk has its data.</summary>
    public const string DataPath = "/store";

    private static readonly string[] _threadNames =
        ["raft", "group-0", "apply-worker", "log-writer", "snapshot-worker"];

    private readonly SimulationWorld _world;
    private readonly SimulatedStore _owner;
    private readonly StoreImage _image;
    private readonly SimulatedTransport _transport;
    private readonly StoreOptions _options;
    private readonly StoreThreads _threads;
    private readonly Prng _prng;
    private readonly SimulatedFileSystem _files;
    private readonly Dictionary<GroupId, GroupStatus> _seen = [];

    /// <summary>The parts of a life that is about to begin on a disk.</summary>
    public StoreLife(SimulationWorld world, SimulatedStore owner, Prng prng, SimulatedFileSystem files)
    {
        _world = world;
        _owner = owner;
        _image = owner.Image;
        _files = files;
        var heartbeat = owner.Timeout / 6;
        Process = world.Timeline.Launch(
            $"store {owner.Id}",
            owner.Pace.Latencies,
            new WorkerThreadOptions { SlowCallLimit = heartbeat / 2, StallLimit = owner.Timeout },
            this);
        Process.Clock.RatePpm = prng.Chance(1, 2) ? 0 : prng.NextBetween(-20_000, 20_000);
        if (Process.Clock.RatePpm != 0)
        {
            world.Ledger.Count(FaultKind.ClockDrifts, owner.Id);
        }

        Process.RoundEnded = LookAtGroups;
        files.Time = Process.FileTime;
        _transport = new SimulatedTransport(world.Network, owner.Id, Process) { Leaving = CheckLeaving };
        Machines = new SimulatedMachines(owner.Id, world.Shape.Workload, world.Options.Machine, world.Checkers);
        Events = new StoreEvents(world, owner.Id, _image, Process);
        _options = DrawOptions(world, owner, prng);
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
    /// Builds the store, which takes its time, and starts it when that has passed. The power may go before it runs, or
    /// the disk be one that it cannot start with.
    /// </summary>
    public void Begin(Action started) => Process.Run("start", () =>
    {
        if (TryBuild() is not { } built)
        {
            return;
        }

        // The log tells nobody when segments are free again; whoever makes spares of them looks.
        Process.Runner.KeepBehind("log-spares", "log-writer");
        _image.Incarnation = built.Identity.Incarnation;
        Process.Post(() =>
        {
            Groups = built.Groups;
            built.Start();
            started();
            LookAtGroups();
        });
    });

    /// <summary>Nothing of it acts any more.</summary>
    public void End() => _transport.Die();

    /// <summary>It goes at this pace from now on.</summary>
    public void Adopt(StorePace pace) => Process.Latencies = pace.Latencies;

    /// <summary>Its wall clock is off by so much.</summary>
    public void SetWall(TimeSpan skew) => Process.Clock.WallOffset = skew;

    /// <summary>One of its threads gets no processor for a while.</summary>
    public void PauseThread(Prng prng, TimeSpan duration) =>
        Process.PauseThread(_threadNames[prng.NextBelow(_threadNames.Length)], duration);

    /// <inheritdoc/>
    public void WorkerFailed(string worker, Exception cause) => _owner.WorkerFailed(this, worker, cause);

    /// <inheritdoc/>
    public void WorkerSlow(string worker)
    {
    }

    /// <inheritdoc/>
    public void WorkerStalled(string worker)
    {
    }

    private BuiltStore? TryBuild()
    {
        try
        {
            return StoreBuilder.Build(new StoreParts
            {
                Options = _options,
                Threads = _threads,
                Files = _files,
                DataPath = DataPath,
                SegmentBytes = _world.Shape.SegmentBytes,
                Transport = _transport,
                Machines = Machines,
                Runner = Process.Runner,
                Completions = Process.Completions,
                Time = Process.Clock,
                Prng = _prng,
                Events = Events,
                LogTap = new LogTap(_world, _owner.Id, _image, Process),
            });
        }
        catch (Exception cause) when (cause is StorageDamagedException or StorageFullException or StoreRefusedException
            or FileSystemException)
        {
            var at = Process.Now;
            _world.Plan(at, () => _owner.StartFailed(this, cause));
            return null;
        }
    }

    // What a message claims is held against the disk as it is when the message leaves.
    private void CheckLeaving(StoreMessage message)
    {
        _world.Trace.Add(_owner.Id, "sends", message.Raft ?? (object)message.Kind);
        if (message.Raft is { } raft && _world.Checkers.TryGetValue(message.Group, out var checker))
        {
            checker.Leaving(_image, _owner.Id, raft);
        }
    }

    // A worker's round is over: whatever it changed in a group it has published.
    private void LookAtGroups()
    {
        if (Groups is null)
        {
            return;
        }

        foreach (var door in Groups.List())
        {
            var status = door.Status;
            if (_seen.TryGetValue(door.Id, out var seen) && ReferenceEquals(seen, status))
            {
                continue;
            }

            _seen[door.Id] = status;
            var checker = _world.Checkers[door.Id];
            if (status.Failure is { } failure)
            {
                JudgeEnd(checker, door.Id, failure);
            }
            else if (door is RaftGroup { Core: { } core })
            {
                checker.Look(_image, _owner.Id, core, Process.Clock);
            }
        }
    }

    // A replica ends because it was removed, or its store failed; else something is wrong.
    private void JudgeEnd(GroupChecker checker, GroupId group, string failure)
    {
        if (checker.History.Failure is { } contradiction)
        {
            throw contradiction;
        }

        if (!failure.Contains("was removed", StringComparison.Ordinal)
            && !failure.StartsWith("the store has failed", StringComparison.Ordinal))
        {
            throw new SimulationFailedException($"group {group} at store {_owner.Id} stopped: {failure}");
        }
    }

    private static StoreOptions DrawOptions(SimulationWorld world, SimulatedStore owner, Prng prng) => new()
    {
        Store = owner.Id,
        ClusterId = 1,
        Incarnation = new Incarnation(prng.Next() | 1, prng.Next()),
        Boot = new BootId(prng.Next()),
        Peers = world.Shape.ListsPeers ? [.. world.Stores.Select(store => store.Id).Where(id => id != owner.Id)] : [],
        ElectionTimeout = owner.Timeout,
        HeartbeatInterval = world.Options.ElectionTimeout / 6,
        ElectionRoundTrip = TimeSpan.FromMilliseconds(10),
        LeaseReads = world.Shape.LeaseReads,
        AppendBytesMax = world.Shape.AppendBytesMax,
        InflightMessagesMax = world.Shape.InflightMessagesMax,
        CatchUpEntriesMax = world.Shape.CatchUpEntriesMax,
        SnapshotEntries = (ulong)prng.NextBetween(10, 100),
        SnapshotGrowthPercent = owner.Id.Value % 2 == 0 ? 0 : 100,
        CompactionMarginEntries = (ulong)prng.NextBelow(20),
        EntryCacheBytesMax = prng.Chance(1, 2) ? 1 : 64 * 1024 * 1024,
        PendingProposalsMax = prng.Chance(1, 8) ? 2 : 1024,
        CommandBytesMax = 1024,
    };
}
