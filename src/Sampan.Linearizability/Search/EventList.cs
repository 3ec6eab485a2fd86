using Sampan.Base;

namespace Sampan.Linearizability.Search;

/// <summary>
/// Calls and returns of the operations that are not placed yet, in the order of the history, as a doubly linked list in
/// two arrays (Lowe 2017, section 3, after Wing and Gong). Placing an operation takes its two events out; taking it
/// back puts them where they were, which works as long as it is done in the opposite order. Events are numbered:
/// operation i calls at 2i + 1 and returns at 2i + 2; 0 is the end, before the first and after the last.
/// </summary>
internal sealed class EventList
{
    private readonly int[] _next;
    private readonly int[] _previous;

    /// <summary>All events.</summary>
    /// <param name="callKeys">Where each operation is called, ascending.</param>
    /// <param name="returnKeys">Where each returns; none is the key of a call.</param>
    public EventList(ReadOnlySpan<long> callKeys, ReadOnlySpan<long> returnKeys)
    {
        Invariant.Holds(callKeys.Length == returnKeys.Length);
        _next = new int[(callKeys.Length * 2) + 1];
        _previous = new int[_next.Length];
        var order = new int[callKeys.Length];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        Array.Sort(returnKeys.ToArray(), order);
        var last = 0;
        var called = 0;
        foreach (var returning in order)
        {
            while (called < callKeys.Length && callKeys[called] < returnKeys[returning])
            {
                last = Append(last, CallOf(called));
                called++;
            }

            Invariant.Holds(returning < called);
            last = Append(last, ReturnOf(returning));
        }

        Append(last, 0);
    }

    /// <summary>The first event, 0 if there is none.</summary>
    public int First => _next[0];

    public static int CallOf(int operation) => (operation * 2) + 1;

    public static int OperationOf(int e) => (e - 1) >> 1;

    public static bool IsCall(int e) => (e & 1) != 0;

    /// <summary>The event after this one, 0 at the end.</summary>
    public int Next(int e) => _next[e];

    /// <summary>What follows now where a call stood that was lifted last.</summary>
    public int NextOfLifted(int call) => _next[_previous[call]];

    /// <summary>Takes both events of an operation out.</summary>
    public void Lift(int operation)
    {
        TakeOut(CallOf(operation));
        TakeOut(ReturnOf(operation));
    }

    /// <summary>Puts back what was lifted last.</summary>
    public void Restore(int operation)
    {
        PutBack(ReturnOf(operation));
        PutBack(CallOf(operation));
    }

    private static int ReturnOf(int operation) => (operation * 2) + 2;

    private int Append(int last, int e)
    {
        _next[last] = e;
        _previous[e] = last;
        return e;
    }

    private void TakeOut(int e)
    {
        _next[_previous[e]] = _next[e];
        _previous[_next[e]] = _previous[e];
    }

    private void PutBack(int e)
    {
        _next[_previous[e]] = e;
        _previous[_next[e]] = e;
    }
}
