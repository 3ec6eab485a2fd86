using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Simulation.Checks;
using Sampan.Store;
using Sampan.Testing.Workers;

namespace Sampan.Simulation.Stores;

/// <summary>Puts the checkers between a store and its log.</summary>
internal sealed class LogTap : ILogTap
{
    private readonly SimulationWorld _world;
    private readonly StoreId _store;
    private readonly StoreImage _image;
    private readonly SimulatedProcess _process;

    /// <summary>The tap of a life of a store, whose disk must hold what the image says.</summary>
    public LogTap(SimulationWorld world, StoreId store, StoreImage image, SimulatedProcess process)
    {
        _world = world;
        _store = store;
        _image = image;
        _process = process;
    }

    /// <inheritdoc/>
    public ILogStorage Attach(ILogStorage log, RecoveredStore recovered)
    {
        var entries = new Dictionary<GroupId, List<Entry>>();
        foreach (var group in recovered.Groups)
        {
            entries.Add(group.Group, ReadAll(log, group));
        }

        foreach (var remark in recovered.Remarks)
        {
            _world.Trace.Add(_store, "recovers", remark);
        }

        if (_image.DifferenceTo(recovered, entries, out var kept) is { } difference)
        {
            throw new SimulationFailedException($"store {_store} started with another log than it had: {difference}");
        }

        // The start has its local time too: if the power goes before that has come, nothing of this happened.
        var isAdopted = false;
        _process.Send(Adopt);
        _process.Post(Adopt);
        return new ObservedLog(log, _world, _store, _image, _process) { Adopt = Adopt };

        void Adopt()
        {
            if (!isAdopted)
            {
                isAdopted = true;
                _image.Adopt(kept);
                foreach (var group in recovered.Groups)
                {
                    _world.Checkers[group.Group].Recovered(_image, _store, group, entries[group.Group]);
                }
            }
        }
    }

    private static List<Entry> ReadAll(ILogStorage log, RecoveredGroup group)
    {
        var entries = new List<Entry>();
        var next = group.Base.Index + 1;
        while (next <= group.LastIndex)
        {
            var range = new IndexRange(next, group.LastIndex + 1);
            Invariant.Holds(log.Read(group.Group, range, long.MaxValue, entries) > 0);
            next = entries[^1].Index + 1;
        }

        return entries;
    }
}
