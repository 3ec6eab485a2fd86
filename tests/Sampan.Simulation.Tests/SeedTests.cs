using System.Diagnostics;
using System.Globalization;
using Sampan.Simulation.Faults;
using Xunit.Abstractions;

namespace Sampan.Simulation.Tests;

/// <summary>
/// Purpose: whole stores keep their promises under every seed, whatever kind of cluster and of fault it draws.
/// </summary>
public sealed class SeedTests
{
    private const int SeedsMax = 1000;
    private const int EtcdSeedsMax = 40;

    private readonly ITestOutputHelper _output;

    /// <summary>Prints what was run.</summary>
    public SeedTests(ITestOutputHelper output) => _output = output;

    /// <summary>
    /// Each of at least 5,000 events; <c>SAMPAN_SEEDS</c> asks for another number of seeds.
    /// </summary>
    [Fact]
    public void A_thousand_seeds_keep_every_promise()
    {
        var seeds = Environment.GetEnvironmentVariable("SAMPAN_SEEDS") is { Length: > 0 } wanted
            ? ulong.Parse(wanted, CultureInfo.InvariantCulture)
            : SeedsMax;
        var total = RunAll(seeds, seed => new SimulationOptions { Seed = seed });
        Assert.True(total.Unjudged == 0, $"{total.Unjudged} histories were too hard to judge");
        foreach (var kind in Enum.GetValues<FaultKind>())
        {
            Assert.True(total.Faults.ContainsKey(kind) || seeds < SeedsMax, $"{kind} never happened");
        }
    }

    [Fact]
    public void Etcds_state_machine_stays_equal_on_all_replicas() => RunAll(
        EtcdSeedsMax, seed => new SimulationOptions { Seed = seed, Workload = SimulatedWorkload.Etcd });

    [Fact]
    public void A_hundred_groups_on_three_stores_keep_every_promise()
    {
        var options = new SimulationOptions
        {
            Seed = 5,
            Stores = 3,
            Voters = 3,
            Groups = 100,
            Clients = 24,
            Events = 20_000,
        };
        Assert.True(ClusterSimulation.Run(options).Writes > 0);
    }

    [Fact]
    public void Without_faults_no_store_dies_and_calls_succeed()
    {
        var report = ClusterSimulation.Run(
            new SimulationOptions { Seed = 3, Stores = 3, Voters = 3, HasFaults = false, Events = 20_000 });
        Assert.Equal(0, report.Crashes);
        Assert.True(report.Writes > 100, $"{report.Writes} writes, {report.Failures} failures");
    }

    [Theory]
    [InlineData(1, null)]
    [InlineData(17, null)]
    [InlineData(99, null)]
    [InlineData(7, SimulatedWorkload.Etcd)]
    public void A_seed_twice_is_the_same_history(int seed, SimulatedWorkload? workload)
    {
        var options = new SimulationOptions { Seed = (ulong)seed, Workload = workload };
        var (first, second) = (ClusterSimulation.Run(options), ClusterSimulation.Run(options));
        Assert.Equal((first.Hash, first.Events, first.Writes), (second.Hash, second.Events, second.Writes));
        Assert.Equal(first.Faults, second.Faults);
    }

    private Total RunAll(ulong seeds, Func<ulong, SimulationOptions> draw)
    {
        var total = new Total();
        var watch = Stopwatch.StartNew();
        for (var seed = 1UL; seed <= seeds; seed++)
        {
            total.Add(ClusterSimulation.Run(draw(seed)));
        }

        _output.WriteLine(
            $"{seeds} seeds, {total.Events} events, {total.Writes} writes, {total.Crashes} crashes, "
            + $"{total.Events / watch.Elapsed.TotalSeconds:F0} events a second");
        foreach (var (kind, times) in total.Faults)
        {
            _output.WriteLine($"{kind}: {times}");
        }

        Assert.True(total is { Writes: > 0, Crashes: > 0 }, "runs without writes or crashes show nothing");
        return total;
    }

    private sealed class Total
    {
        public long Events { get; private set; }

        public long Writes { get; private set; }

        public long Crashes { get; private set; }

        public int Unjudged { get; private set; }

        public SortedDictionary<FaultKind, long> Faults { get; } = [];

        public void Add(SimulationReport report)
        {
            Events += report.Events;
            Writes += report.Writes;
            Crashes += report.Crashes;
            Unjudged += report.IsJudged ? 0 : 1;
            foreach (var (kind, times) in report.Faults)
            {
                Faults[kind] = Faults.GetValueOrDefault(kind) + times;
            }
        }
    }
}
