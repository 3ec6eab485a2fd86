using System.Diagnostics.CodeAnalysis;
using Sampan.Base;

namespace Sampan.MultiRaft;

/// <summary>
/// What waits for one worker: many threads post, the worker takes, in order. Whoever posts keeps it bounded; it counts
/// the cost of what waits for that purpose.
/// </summary>
internal sealed class Mailbox<T>
{
    // Guards everything below; a leaf: nothing is called while it is held.
    private readonly Lock _gate = new();
    private readonly Queue<(T Item, long Cost)> _items = new();
    private long _cost;
    private IWorkerHandle? _handle;

    /// <summary>The cost of what waits.</summary>
    public long Cost
    {
        get
        {
            // Guards the sum against a torn read; a leaf.
            lock (_gate)
            {
                return _cost;
            }
        }
    }

    /// <summary>Whether nothing waits.</summary>
    public bool IsEmpty
    {
        get
        {
            // Guards the queue; a leaf.
            lock (_gate)
            {
                return _items.Count == 0;
            }
        }
    }

    /// <summary>Names the worker that reads it; before the start.</summary>
    public void Bind(IWorkerHandle handle) => _handle = handle;

    /// <summary>Hands something over and wakes the worker.</summary>
    public void Post(T item, long cost = 0)
    {
        // Guards the sum; a leaf. It counts from here on, for whoever keeps the mailbox bounded by it.
        lock (_gate)
        {
            _cost += cost;
        }

        if (_handle is { IsDeferred: true })
        {
            Defer(_handle, item, cost);
        }
        else
        {
            Put(item, cost);
        }
    }

    private void Defer(IWorkerHandle handle, T item, long cost) => handle.Deliver(() => Put(item, cost));

    private void Put(T item, long cost)
    {
        // Guards the queue; a leaf.
        lock (_gate)
        {
            _items.Enqueue((item, cost));
        }

        _handle?.Wake();
    }

    /// <summary>Takes the oldest item.</summary>
    public bool TryTake([MaybeNullWhen(false)] out T item)
    {
        // Guards the queue; a leaf.
        lock (_gate)
        {
            var isThere = _items.TryDequeue(out var taken);
            item = taken.Item;
            _cost -= taken.Cost;
            return isThere;
        }
    }

    /// <summary>Takes everything.</summary>
    public void TakeAll(List<T> into) => TakeBatch(into, long.MaxValue);

    /// <summary>
    /// Takes the oldest items, one at least, as long as their costs stay within <paramref name="costMax"/>.
    /// </summary>
    public void TakeBatch(List<T> into, long costMax)
    {
        var taken = 0L;
        // Guards the queue; a leaf.
        lock (_gate)
        {
            while (_items.TryPeek(out var next) && (into.Count == 0 || taken + next.Cost <= costMax))
            {
                into.Add(next.Item);
                taken += next.Cost;
                _items.Dequeue();
            }

            _cost -= taken;
        }
    }
}
