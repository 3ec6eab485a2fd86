using Xunit.Abstractions;

namespace Sampan.Simulation.Tests.LostMajority;

/// <summary>
/// Purpose: whole stores on simulated disks lose their majority for good; one of them goes on alone with all that it
/// held, whatever power cuts fall into its recovery, and those that were given up bring nothing back (I-36).
/// </summary>
public sealed class LostMajorityTests
{
    private const ulong SeedsMax = 20;

    private readonly ITestOutputHelper _output;

    /// <summary>Tests that tell what was run.</summary>
    public LostMajorityTests(ITestOutputHelper output) => _output = output;

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public void One_store_goes_on_alone_and_nothing_comes_back_from_the_others(int count)
    {
        var (acknowledged, held) = (0, 0);
        for (var seed = 1UL; seed <= SeedsMax; seed++)
        {
            var scenario = new LostMajorityScenario(seed, count);
            var failure = Record.Exception(scenario.Run);
            Assert.True(failure is null, $"seed {seed}, {count} stores: {failure}");
            acknowledged += scenario.Kept.Acknowledged;
            held += scenario.Kept.Held;
        }

        _output.WriteLine($"{SeedsMax} seeds, {count} stores: {acknowledged} writes acknowledged, {held} of them held");
        Assert.InRange(held, 1, acknowledged);
    }
}
