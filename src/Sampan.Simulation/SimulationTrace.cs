using System.Globalization;
using System.Text;
using Sampan.Base;
using Sampan.Model;
using Sampan.Testing.Workers;

namespace Sampan.Simulation;

/// <summary>
/// The last things that happened to each store, for whoever looks for the cause of a failure. They are kept as they are
/// and become text only when a run fails.
/// </summary>
internal sealed class SimulationTrace
{
    private const int ItemsPerStore = 256;

    private readonly SimulatedTimeline _timeline;
    private readonly Dictionary<StoreId, Queue<Item>> _stores = [];
    private long _count;

    /// <summary>Nothing has happened yet.</summary>
    public SimulationTrace(SimulatedTimeline timeline) => _timeline = timeline;

    /// <summary>Something happened at a store; the zero id: to all.</summary>
    public void Add(StoreId store, string what, object? detail = null)
    {
        if (!_stores.TryGetValue(store, out var items))
        {
            items = new Queue<Item>(ItemsPerStore);
            _stores.Add(store, items);
        }

        if (items.Count == ItemsPerStore)
        {
            items.Dequeue();
        }

        items.Enqueue(new Item(_timeline.Now, _count++, store, what, detail));
    }

    /// <summary>All that is kept, in order.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var item in _stores.Values.SelectMany(items => items).OrderBy(item => item.Number))
        {
            var store = item.Store.Value == 0 ? "-" : item.Store.ToString();
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"{item.At.Ticks / 10_000.0,12:F4} ms  store {store,2}  {item.What} {item.Detail}");
        }

        return text.ToString();
    }

    private readonly record struct Item(Instant At, long Number, StoreId Store, string What, object? Detail);
}
