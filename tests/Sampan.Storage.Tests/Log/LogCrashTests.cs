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
    /// <summary>
    /// Random histories with power failures and kills, in starts too, against the naive twin. 1 once found a mark that
    /// reached the disk before the batch it blessed.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Random_histories_survive_crashes(ulong seed)
    {
        var prng = new Prng(seed);
        for (var history = 0; history < 20; history++)
        {
            LogLives.Run(prng.Fork(), lives: 14);
        }
    }

    /// <summary>
    /// The process is killed in a sync, and the power fails at some call of the next start. No disk is damaged, and
    /// nothing was acknowledged that could be missing: the start after that is not refused.
    /// </summary>
    [Fact]
    public void A_power_cut_in_the_start_after_a_kill_is_no_damage()
    {
        for (var seed = 1UL; seed <= 40; seed++)
        {
            var killed = KilledInASync(seed);
            var whole = killed.Clone();
            LogScripts.Open(whole).Dispose();
            var prng = new Prng(seed);
            for (var call = killed.CallCount + 1; call <= whole.CallCount; call++)
            {
                var cut = killed.Clone();
                cut.CrashAt(call, CrashMoment.Midway);
                Assert.Throws<SimulatedCrashException>(() => LogScripts.Open(cut));
                for (var outcome = 0; outcome < 8; outcome++)
                {
                    LogScripts.Open(cut.Clone().Crash(prng)).Dispose();
                }
            }
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

    // The call before the last of the append is its write, the last one its sync.
    private static SimulatedFileSystem KilledInASync(ulong seed)
    {
        var disk = LogScripts.Disk(seed);
        using var log = LogScripts.Open(disk);
        log.Append(LogScripts.Create(1));
        log.Append(LogBatch.Of(LogScripts.Entries(group: 1, term: 1, first: 1, count: 1)));
        disk.CrashAt(disk.CallCount + 2, CrashMoment.Before);
        Assert.Throws<SimulatedCrashException>(
            () => log.Append(LogBatch.Of(LogScripts.Entries(group: 1, term: 1, first: 2, count: 1))));
        return disk.Kill();
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
}
