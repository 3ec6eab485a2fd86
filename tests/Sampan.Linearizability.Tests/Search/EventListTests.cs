using Sampan.Base;
using Sampan.Linearizability.Search;

namespace Sampan.Linearizability.Tests.Search;

/// <summary>Purpose: lifting and restoring in opposite order leaves the list as it was.</summary>
public sealed class EventListTests
{
    [Fact]
    public void Events_stand_in_the_order_of_their_keys()
    {
        var list = new EventList([1, 3, 9], [7, 5, 11]);
        // Calls are odd, returns even: the second operation lies within the first.
        Assert.Equal([1, 3, 4, 2, 5, 6], All(list));
    }

    [Fact]
    public void Lifting_and_restoring_at_random_ends_where_it_began()
    {
        var prng = new Prng(5);
        const int Count = 200;
        var calls = Enumerable.Range(0, Count).Select(i => (i * 2L) + 1).ToArray();
        var returns = calls.Select(call => call + (2 * prng.NextBetween(1, 20))).Select(key => key & ~1L).ToArray();
        var list = new EventList(calls, returns);
        var before = All(list);
        var lifted = new Stack<int>();
        for (var i = 0; i < 2_000; i++)
        {
            var operation = prng.NextBelow(Count);
            if (lifted.Contains(operation) || (lifted.Count > 0 && prng.Chance(1, 2)))
            {
                list.Restore(lifted.Pop());
            }
            else
            {
                list.Lift(operation);
                lifted.Push(operation);
            }

            Assert.Equal(before.Where(e => !lifted.Contains(EventList.OperationOf(e))), All(list));
        }
    }

    private static List<int> All(EventList list)
    {
        var events = new List<int>();
        for (var e = list.First; e != 0; e = list.Next(e))
        {
            events.Add(e);
        }

        return events;
    }
}
