using System.Globalization;
using Sampan.Base;
using Sampan.Storage.Tests.Log;
using Sampan.Testing.Files;

namespace Sampan.Storage.Tests.Crashes;

/// <summary>
/// Purpose: every script of <see cref="CrashPointScripts"/> ends before, after and in the middle of every single call
/// it makes of the disk, by a kill and by power cuts with several outcomes; the next start finds what the model says,
/// works on, and loses nothing of that either. SAMPAN_CRASHES sets how many outcomes are drawn of each power cut.
/// </summary>
public sealed class CrashPointTests
{
    private const int OutcomesInCi = 1;
    private const int StatesInCi = 2_000;
    private const int OutcomesOfAll = 12;
    private const int StatesOfAll = 20_000;

    private static readonly int Outcomes = int.TryParse(
        Environment.GetEnvironmentVariable("SAMPAN_CRASHES"), CultureInfo.InvariantCulture, out var count)
            ? count
            : OutcomesInCi;

    public static TheoryData<string> Scripts => [.. CrashPointScripts.All.Select(script => script.Name)];

    [Theory]
    [MemberData(nameof(Scripts))]
    public void A_store_that_ends_anywhere_comes_up_with_what_was_durable(string name)
    {
        var script = CrashPointScripts.All.Single(script => script.Name == name);
        var (first, last) = CallsOf(script);
        for (var call = first; call <= last; call++)
        {
            foreach (var moment in Enum.GetValues<CrashMoment>())
            {
                Try(script, call, moment);
            }
        }
    }

    /// <summary>As many states as docs/testing.md says: a script that fell silent would be missed.</summary>
    [Fact]
    public void The_states_are_as_many_as_is_said()
    {
        Assert.InRange(CrashPointScripts.All.Count, 30, 1000);
        Assert.Distinct(CrashPointScripts.All.Select(script => script.Name));
        var moments = 0L;
        foreach (var script in CrashPointScripts.All)
        {
            var (first, last) = CallsOf(script);
            Assert.True(last >= first, script.Name);
            moments += (last - first + 1) * Enum.GetValues<CrashMoment>().Length;
        }

        Assert.InRange(moments * (1 + OutcomesInCi), StatesInCi, long.MaxValue);
        Assert.InRange(moments * (1 + OutcomesOfAll), StatesOfAll, long.MaxValue);
    }

    private static void Try(CrashPointScript script, long call, CrashMoment moment)
    {
        using var world = Begun(script);
        world.PlanCrash(call, moment);
        Assert.Throws<SimulatedCrashException>(() => script.Act(world));
        var prng = new Prng((ulong)call);
        for (var outcome = 0; outcome <= Outcomes; outcome++)
        {
            var disk = outcome == 0 ? world.Disk.Clone().Kill() : world.Disk.Clone().Crash(prng);
            try
            {
                Check(world, disk, prng);
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException(
                    $"{script.Name}: call {call}, {moment}, outcome {outcome}: {failure.Message}", failure);
            }
        }
    }

    // The next life finds the model's state, acknowledges something, and the one after a power cut finds that, too.
    private static void Check(CrashWorld ended, SimulatedFileSystem disk, Prng prng)
    {
        disk.CapacityBytes = long.MaxValue;
        using var next = ended.Next(disk);
        next.Start();
        next.Append(LogScripts.Create(9));
        next.Append(LogBatch.Of(LogScripts.Entries(group: 9, term: 1, first: 1, count: 1)));
        using var last = next.Next(next.Disk.Clone().Crash(prng));
        last.Start();
    }

    private static (long First, long Last) CallsOf(CrashPointScript script)
    {
        using var world = Begun(script);
        var first = world.Disk.CallCount + 1;
        script.Act(world);
        return (first, world.Disk.CallCount);
    }

    private static CrashWorld Begun(CrashPointScript script)
    {
        var world = new CrashWorld(new SimulatedFileSystem(new Prng(3)), "data", new LogModel());
        script.Before(world);
        return world;
    }
}
