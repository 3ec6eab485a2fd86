using Sampan.Base;
using Sampan.Testing.Files;

namespace Sampan.Storage.Tests.Fixture;

/// <summary>Runs a script once for each of its calls and lets the power fail, or the process die, there.</summary>
internal static class CrashScript
{
    private const int OutcomesPerMoment = 4;

    /// <summary>Tries every call of the script; returns how many disks were checked.</summary>
    /// <param name="disk">What the script begins on; not changed.</param>
    /// <param name="script">Says whether it came to its promise.</param>
    /// <param name="check">Looks at what the next start finds; told whether the promise was given.</param>
    public static int Run(
        SimulatedFileSystem disk, Action<SimulatedFileSystem, Promise> script, Action<SimulatedFileSystem, bool> check)
    {
        var whole = disk.Clone();
        script(whole, new Promise());
        var prng = new Prng(7);
        var checks = 0;
        for (var call = disk.CallCount + 1; call <= whole.CallCount; call++)
        {
            foreach (var moment in Enum.GetValues<CrashMoment>())
            {
                var crashing = disk.Clone();
                crashing.CrashAt(call, moment);
                var promise = new Promise();
                Assert.Throws<SimulatedCrashException>(() => script(crashing, promise));
                for (var outcome = 0; outcome < OutcomesPerMoment; outcome++)
                {
                    check(crashing.Crash(prng), promise.IsGiven);
                    checks++;
                }

                check(crashing.Kill(), promise.IsGiven);
                checks++;
            }
        }

        return checks;
    }
}
