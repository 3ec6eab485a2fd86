using System.Text;
using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Raft.Events;

namespace Sampan.MultiRaft.Tests.Fixture;

/// <summary>Stores in one thread, on a manual clock, with logs and snapshots in memory that outlive them.</summary>
internal sealed class HostCluster : IMachineSource
{
    private readonly List<HostUnderTest> _stores = [];

    /// <summary>A cluster of stores 1 to <paramref name="count"/>, all started.</summary>
    public HostCluster(
        int count,
        Func<StoreOptions, StoreOptions>? configure = null,
        Action<LoopNetwork>? prepare = null,
        int? listed = null)
    {
        prepare?.Invoke(Network);
        Listed = [.. Enumerable.Range(1, listed ?? count).Select(i => new StoreId((ulong)i))];
        for (var i = 1; i <= count; i++)
        {
            _stores.Add(new HostUnderTest(new StoreId((ulong)i), this, configure ?? (options => options)));
        }
    }

    /// <summary>The stores that every store's operator named: all of them, if not said otherwise.</summary>
    public IReadOnlyList<StoreId> Listed { get; }

    /// <summary>The clock of all stores.</summary>
    public ManualTime Time { get; } = new();

    /// <summary>The network.</summary>
    public LoopNetwork Network { get; } = new();

    /// <summary>The snapshots that were ever taken, by manifest.</summary>
    public List<MemorySnapshot> Manifests { get; } = [];

    /// <summary>What was completed and waits to be told.</summary>
    public QueuedCompletions Completions { get; } = new();

    /// <summary>Store 1 and following.</summary>
    public HostUnderTest this[int number] => _stores[number - 1];

    /// <summary>Bootstraps a group with a voter on every store, and elects a leader.</summary>
    public void Create(ulong group) => CreateOn(group, [.. Enumerable.Range(1, _stores.Count)]);

    /// <summary>Bootstraps a group with a voter on each of these stores, and elects a leader.</summary>
    public void CreateOn(ulong group, params int[] stores)
    {
        var members = stores.Select(i => new Member(new ReplicaId((ulong)i), new StoreId((ulong)i))).ToArray();
        Bootstrap(group, Configuration.Of(members, []), stores);
        RunUntil(() => Leader(group) is not null);
    }

    /// <summary>Bootstraps a group on these stores, without any time passing.</summary>
    public void Bootstrap(ulong group, Configuration initial, params int[] stores)
    {
        var created = stores
            .Select(i => this[i].Host.CreateAsync(new GroupId(group), initial, CancellationToken.None).AsTask())
            .ToArray();
        Settle();
        Assert.All(created, task => Assert.True(task.IsCompletedSuccessfully));
    }

    /// <summary>Lets time pass in small steps, and everything run.</summary>
    public void Run(TimeSpan duration)
    {
        var end = Time.GetTimestamp() + duration.Ticks;
        RunUntil(() => Time.GetTimestamp() >= end);
    }

    /// <summary>The store that leads a group, as it says itself.</summary>
    public HostUnderTest? Leader(ulong group) => _stores.Find(store =>
        store.IsRunning && store.Host.TryGet(new GroupId(group), out var found) && found.Status.IsLeader);

    /// <summary>Runs everything that can run without time passing.</summary>
    public void Settle()
    {
        var any = true;
        while (any)
        {
            any = Network.Deliver() | Completions.Drain();
            foreach (var store in _stores.Where(store => store.IsRunning))
            {
                any |= store.Runner.RunDue();
            }
        }
    }

    /// <summary>
    /// Lets time pass in small steps, and everything run, until something holds; fails after a minute.
    /// </summary>
    public void RunUntil(Func<bool> condition)
    {
        Settle();
        for (var i = 0; !condition(); i++)
        {
            Assert.True(i < 6000, "nothing came of it in a minute of simulated time");
            Time.Advance(TimeSpan.FromMilliseconds(10));
            if (i % 5 == 0)
            {
                Network.Redial();
            }

            Settle();
        }
    }

    /// <summary>Proposes a command at a store and runs until it is answered.</summary>
    public ApplyResult Propose(HostUnderTest at, ulong group, string command)
    {
        var task = at.Group(group).ProposeAsync(Encoding.UTF8.GetBytes(command), CancellationToken.None).AsTask();
        RunUntil(() => task.IsCompleted);
        return task.GetAwaiter().GetResult();
    }

    /// <summary>Reads, linearizably, how many commands a store has applied.</summary>
    public int ReadCount(HostUnderTest at, ulong group)
    {
        var task = at.Group(group)
            .ReadAsync(ReadOnlyMemory<byte>.Empty, ReadConsistency.Linearizable, CancellationToken.None).AsTask();
        RunUntil(() => task.IsCompleted);
        return BitConverter.ToInt32(task.GetAwaiter().GetResult().Answer.Span);
    }

    /// <inheritdoc/>
    public IStateMachine Make(HostUnderTest store, GroupId group)
    {
        if (store.MachineFaults.TryGetValue(group, out var fault))
        {
            throw fault;
        }

        var machine = store.Durable is { } kept && (store.DurableGroup ?? group) == group
            ? new ListMachine(kept.Commands, kept.AppliedIndex)
            : new ListMachine { OnCommand = () => Time.Advance(store.ApplyCost) };
        if (store.InstallFault is { } installFault)
        {
            machine.OnInstall = () => throw installFault;
        }

        store.Machines[group] = machine;
        return machine;
    }

    /// <inheritdoc/>
    public void Delete(HostUnderTest store, GroupId group)
    {
        if (store.MachineFaults.TryGetValue(group, out var fault))
        {
            throw fault;
        }

        store.Deleted.Add(group);
        store.Machines.Remove(group);
        store.Durable = null;
    }
}
