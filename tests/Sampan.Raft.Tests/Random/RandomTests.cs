using Sampan.Base;
using Sampan.Raft.Tests.Fixture;
using Xunit.Abstractions;

namespace Sampan.Raft.Tests.Random;

/// <summary>
/// Everything that may happen to a group, in an order that a seed decides, with all checks on.
/// SAMPAN_RANDOM_SEEDS=first-last runs other seeds than the usual ones.
/// </summary>
public sealed class RandomTests
{
    private const int EventsPerSeed = 4_000;
    private const ulong SeedsPerBatch = 100;

    private readonly ITestOutputHelper _output;

    /// <summary>Made by the test runner.</summary>
    public RandomTests(ITestOutputHelper output) => _output = output;

    /// <summary>The first seed of each batch.</summary>
    public static TheoryData<ulong> Batches
    {
        get
        {
            var (first, last) = Seeds();
            var batches = new TheoryData<ulong>();
            for (var seed = first; seed <= last; seed += SeedsPerBatch)
            {
                batches.Add(seed);
            }

            return batches;
        }
    }

    [Theory]
    [MemberData(nameof(Batches))]
    public void AGroupStaysSoundAndRecovers(ulong firstSeed)
    {
        var coverage = new RandomCoverage();
        for (var seed = firstSeed; seed < firstSeed + SeedsPerBatch && seed <= Seeds().Last; seed++)
        {
            RunSeed(seed, coverage);
        }

        _output.WriteLine(coverage.ToString());
        Assert.True(coverage.IsComplete || Seeds().Last - firstSeed < SeedsPerBatch - 1, coverage.ToString());
    }

    private static void RunSeed(ulong seed, RandomCoverage coverage)
    {
        var run = new RandomRun(seed, coverage);
        try
        {
            run.Run(EventsPerSeed);
        }
        catch (Exception failure) when (failure is CheckFailedException or InvariantViolationException)
        {
            var trace = failure is CheckFailedException ? string.Empty : run.Trace.ToString();
            throw new CheckFailedException($"seed {seed}: {failure.Message}\n{trace}", failure);
        }
    }

    private static (ulong First, ulong Last) Seeds()
    {
        var named = Environment.GetEnvironmentVariable("SAMPAN_RANDOM_SEEDS")?.Split('-');
        return named is [var first, var last]
            ? (Parse(first), Parse(last))
            : (1, 300);
    }

    private static ulong Parse(string number) =>
        ulong.Parse(number, System.Globalization.CultureInfo.InvariantCulture);
}
