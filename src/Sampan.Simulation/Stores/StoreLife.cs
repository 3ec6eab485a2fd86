using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft;
using Sampan.MultiRaft.Abstractions;
using Sampan.Simulation.Network;
using Sampan.Simulation.Scheduling;
using Sampan.Simulation.Workloads;

namespace Sampan.Simulation.Stores;

/// <summary>What one life of a store is made of; all of it goes when the store dies.</summary>
internal sealed class StoreLife
{
    /// <summary>
    /// The parts of a life that is about to begin; <paramref name="number"/> stands for it in the hash.
    /// </summary>
    public StoreLife(SimulationWorld world, SimulatedStore store, Prng prng, ulong number)
    {
        Runner = new SimulatedRunner(world.Events, store.Time, store.Speed, number, store.WorkerFailed);
        Transport = new SimulatedTransport(world.Network, store.Id);
        Completions = new SimulatedCompletions(world.Events, prng.Fork(), number);
        Machines = new RegisterMachines(store.Id, world.Checkers);
        Events = new StoreEvents(store.Id, world.Checkers);
        Options = DrawOptions(world.Options, store.Id, prng);
        Threads = new StoreThreads
        {
            GroupWorkers = prng.Chance(1, 4) ? 2 : 1,
            IsFused = prng.Chance(1, 2),
        };
        Prng = prng.Fork();
    }

    /// <summary>The settings, drawn anew for each life.</summary>
    public StoreOptions Options { get; }

    /// <summary>Which workers share a thread.</summary>
    public StoreThreads Threads { get; }

    /// <summary>Runs its workers.</summary>
    public SimulatedRunner Runner { get; }

    /// <summary>Its way to others.</summary>
    public SimulatedTransport Transport { get; }

    /// <summary>Its way to its clients.</summary>
    public SimulatedCompletions Completions { get; }

    /// <summary>Its state machines.</summary>
    public RegisterMachines Machines { get; }

    /// <summary>What happens in it.</summary>
    public StoreEvents Events { get; }

    /// <summary>Its randomness.</summary>
    public Prng Prng { get; }

    /// <summary>Its groups, once it is built.</summary>
    public IGroupDirectory? Groups { get; set; }

    /// <summary>Its log, where that is a model.</summary>
    public ModelLog? ModelLog { get; set; }

    /// <summary>Nothing of it acts any more.</summary>
    public void End()
    {
        Runner.Stop();
        Transport.Die();
        Completions.IsDead = true;
    }

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
        CompactionMarginEntries = (ulong)prng.NextBelow(20),
        EntryCacheBytesMax = prng.Chance(1, 2) ? 1 : 64 * 1024 * 1024,
        PendingProposalsMax = prng.Chance(1, 8) ? 2 : 1024,
        CommandBytesMax = 1024,
    };
}
