using Sampan.Base;
using Sampan.Linearizability.Search;

namespace Sampan.Linearizability;

/// <summary>
/// Decides whether a history of a concurrent object is linearizable: whether there is one order of its operations, each
/// somewhere between its invocation and its return, in which a client at a time would have got the same answers
/// (Herlihy and Wing, "Linearizability: A Correctness Condition for Concurrent Objects", 1990).
/// <para>
/// The search is that of Wing and Gong ("Testing and Verifying Concurrent Objects", 1993) with the cache and the lists
/// of Lowe ("Testing for Linearizability", 2017), partition by partition (Horn and Kroening, "Faster Linearizability
/// Checking via P-Compositionality", 2015). Operations without an answer are optional: the search is done as soon as
/// all answered ones are placed.
/// </para>
/// <para>
/// Synchronous, on the caller's thread, deterministic but for <see cref="CheckOptions.GiveUp"/>. Bounds: the problem is
/// NP-complete, but histories of few clients a key, with unique values, take a few steps an operation.
/// </para>
/// </summary>
public static class LinearizabilityChecker
{
    private const int RoundStepsAnOperation = 8;

    /// <summary>
    /// Checks a history against a model. Partitions are tried in rounds with doubling budgets, in the order of their
    /// first operations; the first that is not linearizable ends the check.
    /// </summary>
    /// <param name="model">What the object does when it is used by one client at a time.</param>
    /// <param name="history">What the clients saw; not changed, and not to be changed meanwhile.</param>
    /// <param name="options">Bounds; the defaults if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">A bound is not positive, or more than is possible.</exception>
    /// <exception cref="InvariantViolationException">
    /// The model contradicts itself: an operation that it calls read-only changed a state.
    /// </exception>
    public static CheckResult Check<TState, TInput, TOutput>(
        IModel<TState, TInput, TOutput> model,
        History<TInput, TOutput> history,
        CheckOptions? options = null)
        where TInput : notnull
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(history);
        options ??= new CheckOptions();
        options.Validate();
        return Check(model, (IReadOnlyList<Operation<TInput, TOutput>>)history, options);
    }

    /// <summary>The same for operations whose positions were changed, ordered by invocation.</summary>
    internal static CheckResult Check<TState, TInput, TOutput>(
        IModel<TState, TInput, TOutput> model,
        IReadOnlyList<Operation<TInput, TOutput>> operations,
        CheckOptions options)
        where TInput : notnull
    {
        var results = new List<PartitionResult>();
        var parts = new List<List<Operation<TInput, TOutput>>>();
        Split(model, operations, results, parts);
        var cache = new ConfigurationCache();
        var open = Enumerable.Range(0, parts.Count).ToList();
        var stepsLeft = options.StepsMax;
        for (var factor = 1L; open.Count > 0; factor *= 2)
        {
            var later = new List<int>();
            foreach (var part in open)
            {
                var roundSteps = Math.Max(options.RoundSteps, (long)parts[part].Count * RoundStepsAnOperation) * factor;
                var result = results[part];
                var before = result.Steps;
                var prepared = PreparedPartition<TInput, TOutput>.Build(model, parts[part]);
                var search = new PartitionSearch<TState, TInput, TOutput>(model, prepared, cache, options);
                var end = Try(search, result, Math.Min(roundSteps, stepsLeft));
                stepsLeft -= Math.Min(stepsLeft, result.Steps - before);
                if (result.Verdict == Verdict.NotLinearizable || end == SearchEnd.GivenUp)
                {
                    return Sum(results);
                }

                if (end == SearchEnd.OutOfSteps)
                {
                    later.Add(part);
                }
            }

            if (stepsLeft == 0)
            {
                break;
            }

            open = later;
        }

        return Sum(results);
    }

    private static SearchEnd Try<TState, TInput, TOutput>(
        PartitionSearch<TState, TInput, TOutput> search,
        PartitionResult result,
        long steps)
        where TInput : notnull
    {
        var end = search.Run(steps);
        result.UnknownReason = end switch
        {
            SearchEnd.OutOfSteps => "out of steps",
            SearchEnd.OutOfMemory => "out of memory for the cache",
            SearchEnd.GivenUp => "given up by the caller",
            _ => null,
        };
        if (end is SearchEnd.Found or SearchEnd.Exhausted)
        {
            result.Verdict = end == SearchEnd.Found ? Verdict.Linearizable : Verdict.NotLinearizable;
            search.Report(result, end);
        }

        result.Steps += search.Steps;
        result.CacheBytesPeak = Math.Max(result.CacheBytesPeak, search.CacheBytesPeak);
        return end;
    }

    private static void Split<TState, TInput, TOutput>(
        IModel<TState, TInput, TOutput> model,
        IReadOnlyList<Operation<TInput, TOutput>> operations,
        List<PartitionResult> results,
        List<List<Operation<TInput, TOutput>>> parts)
        where TInput : notnull
    {
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        var whole = -1;
        var last = long.MinValue;
        foreach (var operation in operations)
        {
            Invariant.Holds(operation.InvokePosition > last);
            last = operation.InvokePosition;
            if (operation.Outcome == OperationOutcome.Failed)
            {
                continue;
            }

            var key = model.PartitionOf(operation.Input);
            var place = whole;
            if (key is not null && !places.TryGetValue(key, out place))
            {
                place = -1;
            }

            if (place < 0)
            {
                place = parts.Count;
                parts.Add([]);
                results.Add(new PartitionResult(key) { UnknownReason = "not tried" });
                whole = key is null ? place : whole;
                if (key is not null)
                {
                    places[key] = place;
                }
            }

            parts[place].Add(operation);
        }
    }

    private static CheckResult Sum(List<PartitionResult> results)
    {
        var verdict = Verdict.Linearizable;
        foreach (var result in results)
        {
            if (result.Verdict == Verdict.NotLinearizable)
            {
                return new CheckResult(Verdict.NotLinearizable, results);
            }

            verdict = result.Verdict == Verdict.Unknown ? Verdict.Unknown : verdict;
        }

        return new CheckResult(verdict, results);
    }
}
