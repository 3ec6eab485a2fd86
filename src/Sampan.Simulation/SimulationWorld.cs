using Sampan.Base;
using Sampan.Model;
using Sampan.Simulation.Checks;
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

    /// <summary>A world in which nothing runs yet.</summary>
    public SimulationWorld(SimulationOptions options, Prng prng)
    {
        Options = options;
        Timeline = new SimulatedTimeline(prng);
        var ids = Enumerable.Range(1, options.Stores).Select(id => new StoreId((ulong)id)).ToArray();
        Network = new SimulatedNetwork(Timeline, prng.Fork(), ids);
        for (var i = 0; i < options.Groups; i++)
        {
            var group = new GroupId((ulong)i + 1);
            var members = Enumerable.Range(0, Math.Min(3, ids.Length)).Select(k => ids[(i + k) % ids.Length]);
            _groups.Add(group, Configuration.Of(members.Select(id => new Member(new ReplicaId(id.Value), id)), []));
            _checkers.Add(group, new GroupChecker(group));
        }

        foreach (var id in ids)
        {
            _stores.Add(new SimulatedStore(this, id, prng.Fork()));
        }
    }

    /// <summary>The settings.</summary>
    public SimulationOptions Options { get; }

    /// <summary>Time, and what happens next.</summary>
    public SimulatedTimeline Timeline { get; }

    /// <summary>The network.</summary>
    public SimulatedNetwork Network { get; }

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

    /// <summary>Lets something happen at an instant.</summary>
    public void Plan(Instant at, Action action) => Timeline.Schedule(at, action);

    /// <summary>Lets something happen a while from now.</summary>
    public void PlanAfter(TimeSpan delay, Action action) => Timeline.Schedule(Timeline.Now.After(delay), action);

    /// <summary>A store runs: it bootstraps its groups, unless it did so before.</summary>
    public void Started(SimulatedStore store)
    {
        Invariant.Holds(store.Groups is not null);
        foreach (var (group, initial) in _groups)
        {
            if (IsMember(initial, store.Id) && !store.Groups.TryGet(group, out _))
            {
                // A crash may come before it is durable; the next start asks again.
                _ = store.Groups.CreateAsync(group, initial, CancellationToken.None).AsTask();
            }
        }
    }

    /// <summary>A store died; it comes back after a while.</summary>
    public void Crashed(SimulatedStore store)
    {
        Crashes++;
        StoreCrashed?.Invoke(store);
    }

    /// <summary>Whether a store believes that it leads some group.</summary>
    public bool LeadsSome(SimulatedStore store) =>
        store.Groups is { } groups
        && _groups.Keys.Any(group => groups.TryGet(group, out var door) && door.Status.IsLeader);

    /// <summary>Whether a store has a replica of a group in its first configuration.</summary>
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
}
