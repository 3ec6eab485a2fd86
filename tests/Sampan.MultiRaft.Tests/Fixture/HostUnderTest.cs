using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Raft.Events;
using Sampan.Storage.Identity;
using Sampan.Storage.Recovery;

namespace Sampan.MultiRaft.Tests.Fixture;

/// <summary>A store that can be stopped and started again on what its log and snapshots hold.</summary>
internal sealed class HostUnderTest : IStateMachineFactory, IStoreEvents
{
    private readonly HostCluster _cluster;
    private readonly Func<StoreOptions, StoreOptions> _configure;
    private ulong _boots;
    private ulong _directories = 1;

    /// <summary>A store that runs.</summary>
    public HostUnderTest(StoreId store, HostCluster cluster, Func<StoreOptions, StoreOptions> configure)
    {
        Store = store;
        _cluster = cluster;
        _configure = configure;
        Snapshots = new MemorySnapshotStorage(cluster.Manifests);
        Start();
    }

    /// <summary>The store.</summary>
    public StoreId Store { get; }

    /// <summary>Its end of the network in this life.</summary>
    public LoopTransport Transport { get; private set; } = null!; // Set by Start, which the constructor calls.

    /// <summary>Its log.</summary>
    public MemoryLogStorage Log { get; private set; } = new();

    /// <summary>Its snapshots.</summary>
    public MemorySnapshotStorage Snapshots { get; private set; }

    /// <summary>Its state machines in this life.</summary>
    public Dictionary<GroupId, ListMachine> Machines { get; } = [];

    /// <summary>What its next state machine has on disk; null for one in memory.</summary>
    public (IReadOnlyList<string> Commands, ulong AppliedIndex)? Durable { get; set; }

    /// <summary>The group whose state machine that is; null: whichever is made.</summary>
    public GroupId? DurableGroup { get; set; }

    /// <summary>Thrown at each install by state machines that are made from now on, if set.</summary>
    public Exception? InstallFault { get; set; }

    /// <summary>The groups whose state machine was deleted, each as often as it was, over all lives.</summary>
    public List<GroupId> Deleted { get; } = [];

    /// <summary>Thrown by whoever makes or deletes a state machine of a group, if set.</summary>
    public Dictionary<GroupId, Exception> MachineFaults { get; } = [];

    /// <summary>How long its state machines take for a command.</summary>
    public TimeSpan ApplyCost { get; set; }

    /// <summary>What happened in its replicas.</summary>
    public List<RaftEvent> Events { get; } = [];

    /// <summary>What an operator was told.</summary>
    public List<string> Remarks { get; } = [];

    /// <summary>Its workers.</summary>
    public ManualRunner Runner { get; private set; } = null!; // Set by Start, which the constructor calls.

    /// <summary>The host.</summary>
    public MultiRaftStore Host { get; private set; } = null!; // Set by Start, which the constructor calls.

    /// <summary>Whether it runs.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>The commands that its state machine of a group has applied.</summary>
    public IReadOnlyList<string> Commands(ulong group) => Machines[new GroupId(group)].Commands;

    /// <summary>The door of a group.</summary>
    public IRaftGroup Group(ulong group)
    {
        Assert.True(Host.TryGet(new GroupId(group), out var found));
        return found;
    }

    /// <summary>Starts it, or starts it again.</summary>
    public void Start()
    {
        var boot = new BootId((Store.Value << 32) | ++_boots);
        Machines.Clear();
        Runner = new ManualRunner(_cluster.Time);
        var options = _configure(new StoreOptions
        {
            Store = Store,
            ClusterId = 1,
            Incarnation = new Incarnation(_directories, Store.Value),
            Boot = boot,
            Peers = [.. _cluster.Listed.Where(store => store != Store)],
        });
        Host = new MultiRaftStore(options, new StoreThreads(), new StoreLeaves
        {
            Log = Log,
            Recovered = Log.Recover(),
            Snapshots = Snapshots,
            Transport = Transport = _cluster.Network.Join(Store, boot),
            Machines = this,
            Runner = Runner,
            Completions = _cluster.Completions,
            Time = _cluster.Time,
            Prng = new Prng(boot.Value),
            Observer = this,
        });
        Host.Start();
        IsRunning = true;
    }

    /// <summary>Stops it; its log and snapshots stay.</summary>
    public void Stop()
    {
        IsRunning = false;
        Host.Stop("the test stopped it");
    }

    /// <summary>It loses its disk: it starts again in an empty directory.</summary>
    public void Wipe()
    {
        Stop();
        _directories++;
        Log = new MemoryLogStorage();
        Snapshots = new MemorySnapshotStorage(_cluster.Manifests);
        Start();
    }

    /// <summary>
    /// An operator gives up the other stores of its groups while it does not run; returns what was decided.
    /// </summary>
    public RecoveryPlan Recover()
    {
        Assert.False(IsRunning);
        var identity = new StoreIdentity
        {
            ClusterId = 1,
            Store = Store,
            Incarnation = new Incarnation(_directories, Store.Value),
        };
        var found = Log.Recover();
        var plan = RecoveryPlan.Make(
            identity,
            found.Groups,
            found.Records,
            group => group.Base.Index == 0 || group.Snapshots.Count > 0,
            wanted: null);
        if (plan.IsNeeded)
        {
            plan.WriteTo(Log);
        }

        return plan;
    }

    /// <inheritdoc/>
    public IStateMachine Create(GroupId group) => _cluster.Make(this, group);

    /// <inheritdoc/>
    public void Delete(GroupId group) => _cluster.Delete(this, group);

    /// <inheritdoc/>
    public void OnRaftEvent(GroupId group, RaftEvent happened) => Events.Add(happened);

    /// <inheritdoc/>
    public void OnRemark(string remark) => Remarks.Add(remark);
}
