using System.Diagnostics;
using Sampan.Base;
using Sampan.Linearizability.Models;
using Sampan.Linearizability.Transactions;
using Xunit.Abstractions;

namespace Sampan.Linearizability.Tests.Transactions;

/// <summary>
/// Purpose: whatever the checkers of transactions call a violation is one by the definition, which tries all orders;
/// and a store that is right is never accused. Random histories of a handful of transactions, by seed.
/// </summary>
public sealed class RandomTransactionTests(ITestOutputHelper output)
{
    [Fact]
    public void Lists_are_judged_as_the_definition_does()
    {
        var (good, missed, count) = (0, 0, FuzzCount.Or(4_000));
        for (var seed = 0; seed < count; seed++)
        {
            var prng = new Prng((ulong)seed);
            var history = ListHistories.Draw(prng, prng.NextBetween(2, 5), keys: 2, lies: 25, losses: 10);
            // A last transaction reads all keys, so that nothing is left unobserved; then the order of all versions is
            // known.
            var strict = NaiveChecker.IsLinearizable(_ => ListStore.Empty, new ListStoreModel(), history);
            var verdict = ListAppendChecker.Check(history).VerdictAt(ConsistencyLevel.StrictSerializable);
            Assert.True(
                !strict || verdict == ConsistencyVerdict.Holds,
                $"case {seed}: {verdict}\n{string.Join('\n', history)}");
            good += strict ? 1 : 0;
            missed += !strict && verdict == ConsistencyVerdict.Holds ? 1 : 0;
        }

        output.WriteLine($"{count} histories, {good} of them strictly serializable, {missed} more taken to be");
        Assert.InRange(good, count / 10, count - (count / 10));
        Assert.Equal(0, missed);
    }

    [Fact]
    public void Registers_are_never_accused_wrongly()
    {
        var (good, found, count) = (0, 0, FuzzCount.Or(4_000));
        for (var seed = 0; seed < count; seed++)
        {
            var prng = new Prng((ulong)seed);
            var history = RegisterHistories.Draw(prng, prng.NextBetween(2, 6), keys: 2, lies: 20, losses: 10);
            var strict = NaiveChecker.IsLinearizable(_ => RegisterMap.Empty, new MultiRegisterModel(), history);
            var verdict = RegisterTransactionChecker.Check(history).VerdictAt(ConsistencyLevel.StrictSerializable);
            Assert.True(
                !strict || verdict == ConsistencyVerdict.Holds,
                $"case {seed}: {verdict}\n{string.Join('\n', history)}");
            good += strict ? 1 : 0;
            found += verdict == ConsistencyVerdict.Violated ? 1 : 0;
        }

        output.WriteLine($"{count} histories, {good} of them strictly serializable, {found} found not to be");
        Assert.InRange(found, (count - good) / 2, count - good);
    }

    [Fact]
    public void A_large_history_of_a_right_store_takes_linear_time()
    {
        var count = FuzzCount.Or(100_000);
        var history = ListHistories.Draw(new Prng(1), count, keys: 0, lies: 0, losses: 1);
        var start = Stopwatch.GetTimestamp();
        var report = ListAppendChecker.Check(history);
        var took = Stopwatch.GetElapsedTime(start);
        output.WriteLine($"{history.Count} transactions in {took.TotalSeconds:F2} s");
        Assert.Empty(report.Anomalies);
        Assert.Equal(ConsistencyVerdict.Holds, report.VerdictAt(ConsistencyLevel.StrictSerializable));
    }

    [Fact]
    public void One_stale_read_in_a_large_history_is_found()
    {
        var history = ListHistories.Draw(new Prng(2), 20_000, keys: 0, lies: 0, losses: 1);
        var append = history.Invoke(1, new Transaction(TransactionStep.Append("late", 1)));
        history.Complete(append, history[append].Input);
        var read = history.Invoke(2, new Transaction(TransactionStep.ReadList("late", null)));
        history.Complete(read, new Transaction(TransactionStep.ReadList("late", [])));
        var anomaly = Assert.Single(ListAppendChecker.Check(history).Anomalies);
        Assert.Equal("G-single-realtime", anomaly.Name);
        Assert.Equal([append, read], anomaly.Cycle.Select(dependency => dependency.From).OrderBy(id => id.Index));
    }
}
