using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Store;

namespace Sampan.Simulation.Stores;

/// <summary>Puts the checkers between a store and its log.</summary>
internal sealed class LogTap : ILogTap
{
    private readonly SimulationWorld _world;
    private readonly StoreId _store;

    /// <summary>The tap of a store.</summary>
    public LogTap(SimulationWorld world, StoreId store)
    {
        _world = world;
        _store = store;
    }

    /// <inheritdoc/>
    public ILogStorage Attach(ILogStorage log, RecoveredStore recovered)
    {
        var entries = new List<Entry>();
        foreach (var group in recovered.Groups)
        {
            entries.Clear();
            var next = group.Base.Index + 1;
            while (next <= group.LastIndex)
            {
                var range = new IndexRange(next, group.LastIndex + 1);
                Invariant.Holds(log.Read(group.Group, range, long.MaxValue, entries) > 0);
                next = entries[^1].Index + 1;
            }

            _world.Checkers[group.Group].OnRecovered(_store, group.Base, entries);
        }

        return new ObservedLog(log, _store, _world.Checkers, _world.Options.Bug);
    }
}
