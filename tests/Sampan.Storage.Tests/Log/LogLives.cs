using Sampan.Base;
using Sampan.Storage.Log;
using Sampan.Testing.Files;

namespace Sampan.Storage.Tests.Log;

/// <summary>
/// Several lives of one log on one disk. Each ends where it pleases, in the start too: by the power or by a kill. What
/// every start finds is compared with the twin: everything that was acknowledged, and the batch in flight whole or
/// not at all.
/// </summary>
internal static class LogLives
{
    private const int AppendsMax = 160;

    /// <summary>Lives through them; throws where a start is refused, or finds something else.</summary>
    public static void Run(Prng prng, int lives)
    {
        var disk = LogScripts.Disk(prng.Next());
        var model = new LogModel();
        LogBatch? pending = null;
        for (var life = 0; life < lives; life++)
        {
            try
            {
                Live(disk, model, ref pending, prng);
            }
            catch (SimulatedCrashException)
            {
                // As planned.
            }

            disk = prng.Chance(1, 2) ? disk.Kill() : disk.Crash(prng);
        }
    }

    private static void Live(SimulatedFileSystem disk, LogModel model, ref LogBatch? pending, Prng prng)
    {
        if (prng.Chance(1, 2))
        {
            // In the start: it takes 20 calls and a few more.
            PlanCrash(disk, callsMax: 24, prng);
        }

        using var log = SegmentedLog.Open(disk, LogScripts.Folder, LogScripts.Options, out var store);
        var found = LogModel.Describe(log, store);
        if (pending is not null && found != model.Describe())
        {
            model.Take(pending);
        }

        pending = null;
        Assert.Equal(model.Describe(), found);
        PlanCrash(disk, prng.Chance(1, 2) ? 8 : 400, prng);
        for (var i = 0; i < AppendsMax; i++)
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

    private static void PlanCrash(SimulatedFileSystem disk, int callsMax, Prng prng) =>
        disk.CrashAt(disk.CallCount + prng.NextBetween(1, callsMax), (CrashMoment)prng.NextBelow(3));
}
