using Sampan.Base;
using Sampan.Linearizability.Models;
using Xunit.Abstractions;

namespace Sampan.Linearizability.Tests;

/// <summary>
/// Purpose: the search says what the definition says, on random histories of up to seven operations of every model. A
/// failure names the case, which is its seed.
/// </summary>
public sealed class NaiveComparisonTests(ITestOutputHelper output)
{
    private const int OperationsMax = 7;

    [Theory]
    [InlineData(2, 0)]
    [InlineData(4, 0)]
    [InlineData(3, 2)]
    [InlineData(1_000, 0)]
    public void Registers_get_the_verdict_of_the_definition(int values, int keys) =>
        Compare(
            12_500,
            new RegisterModel<int?>(),
            prng => RandomObjects.Registers(prng, values, keys).Make(prng.NextBetween(2, OperationsMax), 4));

    [Fact]
    public void Keys_get_the_verdict_of_the_definition() =>
        Compare(10_000, new KvModel(), prng => RandomObjects.Keys(prng).Make(prng.NextBetween(2, OperationsMax), 4));

    [Fact]
    public void Mutexes_get_the_verdict_of_the_definition() =>
        Compare(
            10_000, new MutexModel(), prng => RandomObjects.Mutex(prng).Make(prng.NextBetween(2, OperationsMax), 4));

    [Fact]
    public void Counters_get_the_verdict_of_the_definition() =>
        Compare(
            5_000, new CounterModel(), prng => RandomObjects.Counter(prng).Make(prng.NextBetween(2, OperationsMax), 4));

    [Fact]
    public void Sets_get_the_verdict_of_the_definition() =>
        Compare(5_000, new SetModel(), prng => RandomObjects.Set(prng).Make(prng.NextBetween(2, OperationsMax), 4));

    [Fact]
    public void Queues_get_the_verdict_of_the_definition() =>
        Compare(5_000, new QueueModel(), prng => RandomObjects.Queue(prng).Make(prng.NextBetween(2, OperationsMax), 4));

    [Fact]
    public void Transactions_get_the_verdict_of_the_definition() =>
        Compare(
            5_000,
            new MultiRegisterModel(),
            prng => RandomObjects.Transactions(prng).Make(prng.NextBetween(2, OperationsMax), 4));

    [Fact]
    public void Keys_with_revisions_get_the_verdict_of_the_definition() =>
        Compare(
            10_000,
            new RevisionedKvModel(),
            prng => RandomObjects.Revisions(prng).Make(prng.NextBetween(2, OperationsMax), 4));

    private void Compare<TState, TInput, TOutput>(
        int usual,
        IModel<TState, TInput, TOutput> model,
        Func<Prng, History<TInput, TOutput>> make)
        where TInput : notnull
    {
        var (good, count) = (0, FuzzCount.Or(usual));
        for (var seed = 0; seed < count; seed++)
        {
            var history = make(new Prng((ulong)seed));
            var expected = NaiveChecker.IsLinearizable(_ => model.InitialState, model, history);
            var result = LinearizabilityChecker.Check(model, history);
            Assert.True(
                result.Verdict == (expected ? Verdict.Linearizable : Verdict.NotLinearizable),
                $"case {seed}: {result.Verdict}\n{string.Join('\n', history)}");
            WitnessAssert.Explains(model, history, result);
            good += expected ? 1 : 0;
        }

        output.WriteLine($"{count} histories, {good} of them linearizable");
        Assert.InRange(good, count / 10, count - (count / 10));
    }
}
