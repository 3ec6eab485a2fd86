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
/// A store of one member on a simulated disk and in simulated time, with clients that write, read, and ask for
/// snapshots, and remember every request.
/// </summary>
internal sealed class LifeUnderTest : IStateMachineFactory, IStoreEvents, IWorkerAlarm
{
    private static readonly GroupId _group = new(1);
    private static readonly TimeSpan _step = TimeSpan.FromMilliseconds(5);

    private readonly SimulatedTimeline _timeline = new(new Prng(3));
    private readonly SimulatedProcess _process;

    /// <summary>A store that runs, and whose group has a leader.</summary>
    public LifeUnderTest()
    {
        var watch = new WorkerThreadOptions
        {
            SlowCallLimit = TimeSpan.FromMilliseconds(50),
            StallLimit = TimeSpan.FromSeconds(1),
        };
        _process = _timeline.Launch("store", new SimulatedLatencies(), watch, this);
        Files.Time = _process.FileTime;
        BuiltStore? built = null;
        _process.Run("start", () => built = Build());
        Invariant.Holds(built is not null);
        Store = built;
        Store.Start();
        var initial = Configuration.Of([new Member(new ReplicaId(1), new StoreId(1))], []);
        Keep("create", Store.Groups.CreateAsync(_group, initial, CancellationToken.None).AsTask());
        Run(TimeSpan.FromSeconds(3));
    }

    /// <summary>The store.</summary>
    public BuiltStore Store { get; }

    /// <summary>Its disk.</summary>
    public SimulatedFileSystem Files { get; } = new(new Prng(5));

    /// <summary>What its runner told: which worker failed, and why.</summary>
    public List<(string Worker, Exception Cause)> Failures { get; } = [];

    /// <summary>Every request so far.</summary>
    public List<(string Name, Task Task)> Requests { get; } = [];

    /// <summary>Those without an answer.</summary>
    public IEnumerable<string> Unanswered =>
        Requests.Where(request => !request.Task.IsCompleted).Select(request => request.Name);

    /// <summary>Lets time pass.</summary>
    public void Run(TimeSpan duration) => _timeline.RunUntil(_timeline.Now.After(duration));

    /// <summary>
    /// Clients make the requests of a script, some of them before others are answered, until it is over or
    /// <paramref name="until"/> has come.
    /// </summary>
    public void Script(TimeSpan until)
    {
        Invariant.Holds(Store.Groups.TryGet(_group, out var group));
        var end = _timeline.Now.After(until);
        for (var i = 0; i < 40; i++)
        {
            var command = new byte[2000];
            CounterMachine.Encode(1).CopyTo(command, 0);
            Keep("write", group.ProposeAsync(command, CancellationToken.None).AsTask());
            Keep("read", group.ReadAsync(default, ReadConsistency.Linearizable, CancellationToken.None).AsTask());
            if (i % 10 == 5)
            {
                Keep("snapshot", group.TakeSnapshotAsync(CancellationToken.None).AsTask());
            }

            _timeline.RunUntil(Instant.Min(_timeline.Now.After(_step), end));
        }

        _timeline.RunUntil(Instant.Min(_timeline.Now.After(TimeSpan.FromSeconds(1)), end));
    }

    /// <inheritdoc/>
    public IStateMachine Create(GroupId group) => new CounterMachine();

    /// <inheritdoc/>
    public void OnRaftEvent(GroupId group, RaftEvent happened)
    {
    }

    /// <inheritdoc/>
    public void OnRemark(string remark)
    {
    }

    /// <inheritdoc/>
    public void WorkerFailed(string worker, Exception cause) => Failures.Add((worker, cause));

    /// <inheritdoc/>
    public void WorkerSlow(string worker)
    {
    }

    /// <inheritdoc/>
    public void WorkerStalled(string worker)
    {
    }

    private void Keep(string name, Task task) => Requests.Add(($"{name} {Requests.Count}", task));

    private BuiltStore Build() => StoreBuilder.Build(new StoreParts
    {
        Options = new StoreOptions
        {
            Store = new StoreId(1),
            ClusterId = 7,
            Incarnation = new Incarnation(1, 2),
            Boot = new BootId(3),
            SnapshotEntries = 12,
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
