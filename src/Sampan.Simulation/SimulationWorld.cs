using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Simulation.Checks;
using Sampan.Simulation.Faults;
using Sampan.Simulation.Network;
using Sampan.Simulation.Stores;
using Sampan.Testing.Workers;

namespace Sampan.Simulation;

/// <summary>What everything in one simulation shares: time, network, stores, groups, checkers.</summary>
internal sealed class SimulationWorld
{
    private readonly List<SimulatedStore> _stores = [];
    private readonly SortedDictionary<GroupId, Configuration> _groups = [];
    private readonly Dictionary<GroupId, GroupChecker> _checkers = [];
    private readonly GroupId[] _groupIds;

    /// <summary>A world in which nothing runs yet.</summary>
    public SimulationWorld(SimulationOptions options, Prng prng)
    {
        Options = options;
        Shape = new ClusterShape(options, prng.Fork());
        Timeline = new SimulatedTimeline(prng);
        Trace = new SimulationTrace(Timeline);
        Ledger.Counted = (kind, store) => Trace.Add(store, "fault", kind);
        var ids = Enumerable.Range(1, Shape.Stores).Select(id => new StoreId((ulong)id)).ToArray();
        Network = new SimulatedNetwork(Timeline, prng.Fork(), Ledger, ids);
        for (var i = 0; i < Shape.Groups; i++)
        {
            var group = new GroupId((ulong)i + 1);
            var initial = Configuration.Of(
                Enumerable.Range(i, Math.Min(Shape.Voters, ids.Length)).Select(k => MemberAt(ids, k)),
                Enumerable.Range(i + Shape.Voters, Shape.Learners).Select(k => MemberAt(ids, k)));
            _groups.Add(group, initial);
            _checkers.Add(group, new GroupChecker(group, initial));
        }

        _groupIds = [.. _groups.Keys];
        foreach (var id in ids)
        {
            _stores.Add(new SimulatedStore(this, id, prng.Fork()));
        }
    }

    /// <summary>The settings.</summary>
    public SimulationOptions Options { get; }

    /// <summary>What kind of cluster it is.</summary>
    public ClusterShape Shape { get; }

    /// <summary>Simulated time, and what happens next.</summary>
    public SimulatedTimeline Timeline { get; }

    /// <summary>What happened last.</summary>
    public SimulationTrace Trace { get; }

    /// <summary>The network.</summary>
    public SimulatedNetwork Network { get; }

    /// <summary>What went wrong so far.</summary>
    public FaultLedger Ledger { get; } = new();

    /// <summary>Whether nothing goes wrong any more.</summary>
    public bool HaveFaultsStopped { get; set; }

    /// <summary>Changes of members that were asked for.</summary>
    public List<OpenChange> Changes { get; } = [];

    /// <summary>Stores that stay down for good once the faults have stopped.</summary>
    public IReadOnlyCollection<SimulatedStore> Away { get; set; } = [];

    /// <summary>The stores.</summary>
    public IReadOnlyList<SimulatedStore> Stores => _stores;

    /// <summary>The groups and their first members.</summary>
    public IReadOnlyDictionary<GroupId, Configuration> Groups => _groups;

    /// <summary>What watches over each group.</summary>
    public IReadOnlyDictionary<GroupId, GroupChecker> Checkers => _checkers;

    /// <summary>How often stores died.</summary>
    public int Crashes { get; private set; }

    /// <summary>Told when a store died: requests that were with it have no answer any more.</summary>
    public Action<SimulatedStore>? StoreCrashed { get; set; }

    /// <summary>A store by its id.</summary>
    public SimulatedStore StoreOf(StoreId id) => _stores[(int)(id.Value - 1)];

    /// <summary>Whether a store is down for good.</summary>
    public bool StaysAway(SimulatedStore store) => Away.Contains(store);

    /// <summary>Some group.</summary>
    public GroupId AnyGroup(Prng prng) => _groupIds[prng.NextBelow(_groupIds.Length)];

    /// <summary>A door of a group at some store that has one; null if none has.</summary>
    public IRaftGroup? AnyDoor(Prng prng, GroupId group)
    {
        var first = prng.NextBelow(_stores.Count);
        for (var i = 0; i < _stores.Count; i++)
        {
            if (_stores[(first + i) % _stores.Count].Groups is { } groups && groups.TryGet(group, out var door))
            {
                return door;
            }
        }

        return null;
    }

    /// <summary>Lets something happen at an instant.</summary>
    public void Plan(Instant at, Action action) => Timeline.Schedule(at, action);

    /// <summary>Lets something happen a while from now.</summary>
    public void PlanAfter(TimeSpan delay, Action action) => Timeline.Schedule(Timeline.Now.After(delay), action);

    /// <summary>A store that is down is started as if it had died just now.</summary>
    public void StartSoon(SimulatedStore store) => StoreCrashed?.Invoke(store);

    /// <summary>A store runs: it bootstraps its groups, unless it did so before.</summary>
    public void Started(SimulatedStore store)
    {
        Invariant.Holds(store.Groups is not null);
        foreach (var (group, initial) in _groups)
        {
            if (store.Bootstraps && IsMember(initial, store.Id) && !store.Groups.TryGet(group, out _))
            {
                // A crash may come before it is durable; the next start asks again. A replica that was removed is
                // refused.
                _ = store.Groups.CreateAsync(group, initial, CancellationToken.None).AsTask();
            }
        }
    }

    /// <summary>A store died; it comes back after a while.</summary>
    public void Crashed(SimulatedStore store, bool wasStarting)
    {
        Crashes++;
        if (wasStarting)
        {
            Ledger.Count(FaultKind.DiedInStart);
        }

        StoreCrashed?.Invoke(store);
    }

    /// <summary>Whether a store believes that it leads some group.</summary>
    public bool LeadsSome(SimulatedStore store) =>
        store.Groups is { } groups
        && _groupIds.Any(group => groups.TryGet(group, out var door) && door.Status.IsLeader);

    /// <summary>Whether a configuration names a store.</summary>
    public static bool IsMember(Configuration configuration, StoreId store)
    {
        foreach (var member in configuration.Members)
        {
            if (member.Store == store)
            {
                return true;
            }
        }

        return false;
    }

    // The replica of a group that stands on a store first has the store's number.
    private static Member MemberAt(StoreId[] ids, int position)
    {
        var store = ids[position % ids.Length];
        return new Member(new ReplicaId(store.Value), store);
    }
}
