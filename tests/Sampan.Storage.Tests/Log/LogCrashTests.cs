using Sampan.Base;
using Sampan.Model;
using Sampan.Storage.Log;
using Sampan.Testing.Files;

namespace Sampan.Storage.Tests.Log;

/// <summary>
/// Whatever happens, the log that is found is the one that was acknowledged, with the batch in flight whole or absent.
/// </summary>
public sealed class LogCrashTests
{
    /// <summary>Random histories with power failures and kills, against the naive twin.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Random_histories_survive_crashes(ulong seed)
    {
        var prng = new Prng(seed);
        for (var history = 0; history < 12; history++)
        {
            RunHistory(prng.Fork());
        }
    }

    /// <summary>A script is stopped before, in and after each of its calls; then the store starts again.</summary>
    [Fact]
    public void Every_call_may_be_the_last()
    {
        var whole = LogScripts.Disk();
        var states = RunScript(whole, []);
        for (var call = 1L; call <= whole.CallCount; call++)
        {
            foreach (var moment in Enum.GetValues<CrashMoment>())
            {
                CheckCrashAt(call, moment, states);
            }
        }
    }

    private static void CheckCrashAt(long call, CrashMoment moment, List<string> states)
    {
        var disk = LogScripts.Disk();
        disk.CrashAt(call, moment);
        var reached = new List<string>();
        Assert.Throws<SimulatedCrashException>(() => RunScript(disk, reached));
        var allowed = states.Skip(Math.Max(reached.Count - 1, 0)).Take(2).ToArray();
        for (var outcome = 0UL; outcome < 3; outcome++)
        {
            var found = disk.Clone().Crash(new Prng(((ulong)call * 8) + outcome));
            CheckDoubleCrash(found, allowed, (ulong)call);
        }

        CheckDoubleCrash(disk.Kill(), allowed, (ulong)call);
    }

    // The store starts, is stopped at some call of that too, and starts again: what was found once stays found.
    private static void CheckDoubleCrash(SimulatedFileSystem found, string[] allowed, ulong seed)
    {
        var prng = new Prng(seed);
        var first = found.Clone();
        var before = first.CallCount;
        var state = LogScripts.Describe(first);
        Assert.Contains(state, allowed);
        Assert.Equal(state, LogScripts.Describe(first.Crash(prng)));

        var stopped = found.Clone();
        stopped.CrashAt(before + 1 + (long)prng.NextBelow((ulong)(first.CallCount - before)), CrashMoment.Midway);
        try
        {
            LogScripts.Describe(stopped);
        }
        catch (SimulatedCrashException)
        {
            // As planned; a call that is refused before its effect moves the end, perhaps behind the last call.
        }

        Assert.Contains(LogScripts.Describe(stopped.Crash(prng)), allowed);
    }

    private static List<string> RunScript(SimulatedFileSystem disk, List<string> states)
    {
        var model = new LogModel();
        var prng = new Prng(77);
        using var log = LogScripts.Open(disk);
        states.Add(model.Describe());
        for (var i = 0; i < 14; i++)
        {
            var batch = LogScripts.Draw(prng, model);
            log.Append(batch);
            model.Take(batch);
            states.Add(model.Describe());
            if (i % 3 == 0)
            {
                log.MarkIdle();
            }
        }

        // Large enough that the first segment is left behind.
        for (var i = 0; i < 4; i++)
        {
            var group = model.Groups.First(pair => pair.Value.Replica > 0);
            var term = group.Value.HardState.Term + 1;
            var batch = LogBatch.Of(LogScripts.Entries(group.Key, term, group.Value.Last + 1, count: 2, bytes: 7000));
            log.Append(batch);
            model.Take(batch);
            states.Add(model.Describe());
        }

        return states;
    }

    private static void RunHistory(Prng prng)
    {
        var disk = LogScripts.Disk(prng.Next());
        var model = new LogModel();
        for (var life = 0; life < 6; life++)
        {
            var pending = RunLife(disk, model, prng);
            disk = prng.Chance(1, 3) ? disk.Kill() : disk.Crash(prng);
            var found = LogScripts.Describe(disk);
            if (pending is not null && found != model.Describe())
            {
                model.Take(pending);
            }

            Assert.Equal(model.Describe(), found);
            disk = disk.Crash(prng);
        }
    }

    /// <summary>Appends until the disk dies; returns the batch that was under way, if one was.</summary>
    private static LogBatch? RunLife(SimulatedFileSystem disk, LogModel model, Prng prng)
    {
        LogBatch? pending = null;
        try
        {
            using var log = SegmentedLog.Open(disk, LogScripts.Folder, LogScripts.Options, out var store);
            Assert.Equal(model.Describe(), LogModel.Describe(log, store));
            disk.CrashAt(disk.CallCount + prng.NextBetween(1, 500), (CrashMoment)prng.NextBelow(3));
            for (var i = 0; i < 160; i++)
            {
                pending = LogScripts.Draw(prng, model);
                log.Append(pending);
                model.Take(pending);
                pending = null;
                if (prng.Chance(1, 8))
                {
                    log.MarkIdle();
                }

                if (prng.Chance(1, 8))
                {
                    log.PrepareSpares();
                }
            }
        }
        catch (SimulatedCrashException)
        {
            // As planned.
        }

        return pending;
    }
}
