using Sampan.Base;
using Sampan.Linearizability.Search;

namespace Sampan.Linearizability.Tests.Search;

/// <summary>Purpose: the cache forgets nothing, invents nothing, and covers exactly what spent no less.</summary>
public sealed class ConfigurationCacheTests
{
    private readonly ConfigurationCache _cache = new();

    [Fact]
    public void What_was_seen_is_covered_and_what_differs_is_not()
    {
        Assert.Equal(CacheAnswer.New, Visit(hash: 1, state: 2, openReturn: 3, [4, 5], []));
        Assert.Equal(CacheAnswer.Covered, Visit(hash: 1, state: 2, openReturn: 3, [4, 5], []));
        Assert.Equal(CacheAnswer.New, Visit(hash: 1, state: 9, openReturn: 3, [4, 5], []));
        Assert.Equal(CacheAnswer.New, Visit(hash: 1, state: 2, openReturn: 9, [4, 5], []));
        Assert.Equal(CacheAnswer.New, Visit(hash: 1, state: 2, openReturn: 3, [4, 9], []));
        Assert.Equal(CacheAnswer.New, Visit(hash: 1, state: 2, openReturn: 3, [4], []));
    }

    [Fact]
    public void Who_spent_more_unanswered_operations_is_covered_by_who_spent_fewer()
    {
        Assert.Equal(CacheAnswer.New, Visit(hash: 1, state: 1, openReturn: 1, [1], [2, 3, 5, 1]));
        Assert.Equal(CacheAnswer.Covered, Visit(hash: 1, state: 1, openReturn: 1, [1], [2, 4, 3, 1, 5, 1]));
        Assert.Equal(CacheAnswer.New, Visit(hash: 1, state: 1, openReturn: 1, [1], [2, 3]));
        Assert.Equal(CacheAnswer.Covered, Visit(hash: 1, state: 1, openReturn: 1, [1], [2, 3, 9, 1]));
        Assert.Equal(CacheAnswer.New, Visit(hash: 1, state: 1, openReturn: 1, [1], [2, 2, 5, 1]));
        Assert.Equal(CacheAnswer.New, Visit(hash: 1, state: 1, openReturn: 1, [1], []));
        Assert.Equal(CacheAnswer.Covered, Visit(hash: 1, state: 1, openReturn: 1, [1], [7, 1]));
    }

    [Fact]
    public void It_agrees_with_a_list_of_all_that_was_seen()
    {
        var prng = new Prng(11);
        var seen = new HashSet<string>();
        for (var i = 0; i < 20_000; i++)
        {
            var state = prng.NextBelow(50);
            var missing = Enumerable.Range(0, prng.NextBelow(6)).Select(_ => prng.NextBelow(9)).Order().ToArray();
            // Few hashes, so that strangers meet in the table.
            var hash = (ulong)(state + missing.Length) * 0x9E3779B97F4A7C15UL;
            var isNew = seen.Add($"{state}:{string.Join(',', missing)}");
            Assert.Equal(isNew ? CacheAnswer.New : CacheAnswer.Covered, Visit(hash, state, openReturn: 1, missing, []));
            if (i == 10_000)
            {
                _cache.Clear();
                seen.Clear();
            }
        }
    }

    [Fact]
    public void It_stays_below_its_bound()
    {
        const long Bytes = 1_000_000;
        var prng = new Prng(12);
        var count = 0;
        while (_cache.Visit(Make(prng.Next(), count, 0, [1, 2, 3], []), Bytes) == CacheAnswer.New)
        {
            count++;
            Assert.InRange(_cache.SizeBytes, 0, Bytes);
        }

        Assert.InRange(count, 10_000, 30_000);
        _cache.Clear();
        Assert.InRange(_cache.SizeBytes, 0, 100_000);
    }

    private CacheAnswer Visit(ulong hash, int state, int openReturn, int[] missing, int[] unanswered) =>
        _cache.Visit(Make(hash, state, openReturn, missing, unanswered), long.MaxValue);

    private static Configuration Make(ulong hash, int state, int openReturn, int[] missing, int[] unanswered) => new()
    {
        Hash = hash,
        State = state,
        OpenReturn = openReturn,
        Missing = missing,
        Unanswered = unanswered,
    };
}
