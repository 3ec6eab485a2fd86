using Sampan.Base;
using Sampan.Io;
using Sampan.Model;
using Sampan.MultiRaft;
using Sampan.MultiRaft.Abstractions;
using Sampan.Raft.Events;
using Sampan.Testing.Files;
using Sampan.Testing.Workers;

namespace Sampan.Store.Tests;

/// <summary>
/// One life of a store of one member, group 1, on a simulated disk and in simulated time. It ends where the disk says,
/// or when somebody crashes the disk and begins the next life on what is left.
/// </summary>
internal sealed class SimulatedLife : IStateMachineFactory, IStoreEvents, IWorkerAlarm
{
    private static readonly GroupId _group = new(1);

    private readonly SimulatedTimeline _timeline = new(new Prng(11));
    private readonly SimulatedProcess _process;
    private readonly List<Task<ApplyResult>> _adds = [];
    private readonly ulong _snapshotEntries;
    private BuiltStore? _store;
    private CounterMachine? _machine;

    public SimulatedLife(SimulatedFileSystem files, ulong snapshotEntries = 12)
    {
        Files = files;
        _snapshotEntries = snapshotEntries;
        var watch = new WorkerThreadOptions
        {
            SlowCallLimit = TimeSpan.FromSeconds(10),
            StallLimit = TimeSpan.FromSeconds(60),
        };
        _process = _timeline.Launch("store", SimulatedLatencies.None, watch, this);
    }

    public SimulatedFileSystem Files { get; }

    /// <summary>Why its workers stopped, if one failed.</summary>
    public Exception? Failure { get; private set; }

    public List<string> Remarks { get; } = [];

    /// <summary>How many additions were acknowledged.</summary>
    public int Acknowledged => _adds.Count(add => add.IsCompletedSuccessfully);

    /// <summary>What they add up to, as the state machine has it.</summary>
    public long Sum => _machine?.Sum ?? 0;

    public IRaftGroup Group => Store.Groups.TryGet(_group, out var group)
        ? group
        : throw new InvalidOperationException("the group is not there");

    private BuiltStore Store => _store ?? throw new InvalidOperationException("it has not started");

    /// <summary>Builds and starts the store, and makes its group in the first life.</summary>
    public void Start()
    {
        _process.Run("start", () => _store = Build());
        if (_store is null)
        {
            return;
        }

        _store.Start();
        RunFor(TimeSpan.FromSeconds(1));
        if (_process.IsAlive && Failure is null && !_store.Groups.TryGet(_group, out _))
        {
            var initial = Configuration.Of([new Member(new ReplicaId(1), new StoreId(1))], []);
            var created = _store.Groups.CreateAsync(_group, initial, CancellationToken.None).AsTask();
            RunFor(TimeSpan.FromSeconds(2));
            Assert.True(created.IsCompletedSuccessfully || !_process.IsAlive || Failure is not null);
        }
    }

    /// <summary>Adds 1 by a command of so many bytes.</summary>
    public Task<ApplyResult> Add(int bytes = 2000)
    {
        var command = new byte[bytes];
        CounterMachine.Encode(1).CopyTo(command, 0);
        var add = Group.ProposeAsync(command, CancellationToken.None).AsTask();
        _adds.Add(add);
        return add;
    }

    /// <summary>Adds 1 so many times, then takes a snapshot; all of it succeeds.</summary>
    public void AddAndTakeSnapshot(int count)
    {
        var adds = Enumerable.Range(0, count).Select(_ => Add()).ToList();
        RunFor(TimeSpan.FromSeconds(1));
        Assert.All(adds, add => Assert.True(add.IsCompletedSuccessfully));
        var snapshot = Group.TakeSnapshotAsync(CancellationToken.None).AsTask();
        RunFor(TimeSpan.FromSeconds(1));
        Assert.True(snapshot.IsCompletedSuccessfully);
    }

    /// <summary>Lets time pass.</summary>
    public void RunFor(TimeSpan duration) => _timeline.RunUntil(_timeline.Now.After(duration));

    /// <summary>Additions and snapshots, for two seconds or until it ends.</summary>
    public void Work()
    {
        for (var i = 0; i < 80 && Failure is null && _process.IsAlive; i++)
        {
            _ = Add();
            if (i % 20 == 7)
            {
                _ = Group.TakeSnapshotAsync(CancellationToken.None).AsTask();
            }

            RunFor(TimeSpan.FromMilliseconds(20));
        }

        RunFor(TimeSpan.FromMilliseconds(400));
    }

    public void Stop() => Store.Stop("the test ends it");

    public IStateMachine Create(GroupId group) => _machine = new CounterMachine();

    public void OnRaftEvent(GroupId group, RaftEvent happened)
    {
    }

    public void OnRemark(string remark) => Remarks.Add(remark);

    public void WorkerFailed(string worker, Exception cause) => Failure ??= cause;

    public void WorkerSlow(string worker)
    {
    }

    public void WorkerStalled(string worker)
    {
    }

    private BuiltStore Build() => StoreBuilder.Build(new StoreParts
    {
        Options = new StoreOptions
        {
            Store = new StoreId(1),
            ClusterId = 7,
            Incarnation = new Incarnation(1, 2),
            Boot = new BootId(3),
            SnapshotEntries = _snapshotEntries,
            SnapshotGrowthPercent = 0,
            CompactionMarginEntries = 1,
            CommandBytesMax = 2048,
        },
        Files = Files,
        DataPath = "data",
        SegmentBytes = 64 * 1024,
        Transport = new LonelyTransport(),
        Machines = this,
        Runner = _process.Runner,
        Completions = _process.Completions,
        Time = _process.Clock,
        Prng = new Prng(1),
        Events = this,
    });
}
