using Sampan.Base;
using Sampan.Io;
using Sampan.Model;
using Sampan.MultiRaft;
using Sampan.MultiRaft.Abstractions;
using Sampan.Raft.Events;

namespace Sampan.Store.Tests;

/// <summary>A store of one member on real threads, and on real files if no others are given.</summary>
internal sealed class StoreUnderTest : IStateMachineFactory, IStoreEvents, IWorkerAlarm, IDisposable
{
    private static readonly GroupId _group = new(1);

    private readonly BuiltStore _store;
    private readonly TaskCompletionSource _leads = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public StoreUnderTest(
        string dataPath, ulong clusterId = 7, ulong snapshotEntries = 0, ulong incarnation = 1,
        IFileSystem? files = null)
    {
        var time = new BootTimeProvider();
        var watch = new WorkerThreadOptions
        {
            SlowCallLimit = TimeSpan.FromSeconds(10),
            StallLimit = TimeSpan.FromSeconds(60),
        };
        _store = StoreBuilder.Build(new StoreParts
        {
            Options = new StoreOptions
            {
                Store = new StoreId(1),
                ClusterId = clusterId,
                Incarnation = new Incarnation(incarnation, 2),
                Boot = new BootId(3),
                SnapshotEntries = snapshotEntries,
                CompactionMarginEntries = 1,
                CommandBytesMax = files is null ? 1536 * 1024 : 1024,
            },
            Files = files ?? new OsFileSystem(),
            DataPath = dataPath,
            SegmentBytes = files is null ? 16 * 1024 * 1024 : 64 * 1024,
            Transport = new LonelyTransport(),
            Machines = this,
            Runner = new WorkerThreadRunner(time, watch, this),
            Completions = new ThreadPoolCompletionQueue(),
            Time = time,
            Prng = new Prng(1),
            Events = this,
        });
    }

    /// <summary>Which life of its disk it is.</summary>
    public Incarnation Incarnation => _store.Identity.Incarnation;

    public async Task<IRaftGroup> StartAsync()
    {
        _store.Start();
        if (!_store.Groups.TryGet(_group, out var group))
        {
            var initial = Configuration.Of([new Member(new ReplicaId(1), new StoreId(1))], []);
            await _store.Groups.CreateAsync(_group, initial, CancellationToken.None).ConfigureAwait(false);
            Assert.True(_store.Groups.TryGet(_group, out group));
        }

        await _leads.Task.ConfigureAwait(false);
        return group;
    }

    public IStateMachine Create(GroupId group) => new CounterMachine();

    public void Delete(GroupId group)
    {
        // It lives in memory.
    }

    public void OnRaftEvent(GroupId group, RaftEvent happened)
    {
        if (happened.Kind == RaftEventKind.RoleChanged && happened.Leader != ReplicaId.None)
        {
            _leads.TrySetResult();
        }
    }

    public void OnRemark(string remark)
    {
    }

    public void WorkerFailed(string worker, Exception cause) => _leads.TrySetException(cause);

    public void WorkerSlow(string worker)
    {
    }

    public void WorkerStalled(string worker)
    {
    }

    public void Dispose() => _store.Dispose();
}
