using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Log;

namespace Sampan.Raft.Tests.Log;

/// <summary>Purpose: the few numbers of the term runs say of every index what a full list of terms says.</summary>
public sealed class TermRunsTests
{
    [Fact]
    public void Runs_say_what_a_list_of_all_terms_says()
    {
        var prng = new Prng(11);
        for (var round = 0; round < 2_000; round++)
        {
            var runs = new TermRuns();
            var first = 1 + prng.NextBelow(5UL);
            var terms = new List<ulong>();
            for (var step = 0; step < 30; step++)
            {
                Act(prng, runs, terms, ref first);
                Compare(runs, terms, first);
            }
        }
    }

    [Fact]
    public void A_term_that_falls_is_impossible()
    {
        var runs = new TermRuns();
        runs.Append(new LogId(3, 1));
        Assert.Throws<InvariantViolationException>(() => runs.Append(new LogId(2, 2)));
    }

    private static void Act(Prng prng, TermRuns runs, List<ulong> terms, ref ulong first)
    {
        var end = first + (ulong)terms.Count;
        switch (prng.NextBelow(6))
        {
            case 0 when terms.Count > 0:
                var cut = first + prng.NextBelow((ulong)terms.Count);
                runs.TruncateFrom(cut);
                terms.RemoveRange((int)(cut - first), terms.Count - (int)(cut - first));
                break;
            case 1 when terms.Count > 1:
                var last = first + prng.NextBelow((ulong)terms.Count - 1);
                runs.CompactTo(last);
                terms.RemoveRange(0, (int)(last + 1 - first));
                first = last + 1;
                break;
            default:
                var term = (terms.Count > 0 ? terms[^1] : 1) + prng.NextBelow(3UL);
                runs.Append(new LogId(term, end));
                terms.Add(term);
                break;
        }
    }

    private static void Compare(TermRuns runs, List<ulong> terms, ulong first)
    {
        Assert.Equal(terms.Count == 0, runs.IsEmpty);
        for (var i = 0; i < terms.Count; i++)
        {
            var begin = terms.IndexOf(terms[i]);
            Assert.Equal(new LogId(terms[i], first + (ulong)begin), runs.RunOf(first + (ulong)i));
        }

        for (var term = 0UL; term <= 12; term++)
        {
            Assert.Equal(terms.Contains(term), runs.Holds(term));
            var above = terms.FindIndex(held => held > term);
            Assert.Equal(above < 0 ? 0 : first + (ulong)above, runs.FirstIndexAbove(term));
        }
    }
}
