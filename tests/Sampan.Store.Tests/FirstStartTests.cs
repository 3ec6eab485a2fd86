using Sampan.Base;
using Sampan.Io;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Testing.Files;

namespace Sampan.Store.Tests;

/// <summary>
/// Purpose: a first start that was cut is begun again, and a store that has run never goes on without its log, since it
/// would have forgotten its votes under a name that its peers trust.
/// </summary>
public sealed class FirstStartTests
{
    private const string DataPath = "data";

    private readonly SimulatedFileSystem _files = new(new Prng(5));

    [Fact]
    public void A_crash_at_any_call_of_the_first_start_does_not_hinder_the_next()
    {
        var whole = _files.Clone();
        Build(whole, incarnation: 1).Dispose();
        var prng = new Prng(7);
        for (var call = _files.CallCount + 1; call <= whole.CallCount; call++)
        {
            foreach (var moment in Enum.GetValues<CrashMoment>())
            {
                var crashing = _files.Clone();
                crashing.CrashAt(call, moment);
                Assert.Throws<SimulatedCrashException>(() => Build(crashing, incarnation: 1).Dispose());
                for (var outcome = 0; outcome < 4; outcome++)
                {
                    AssertStarts(crashing.Crash(prng));
                }

                AssertStarts(crashing.Kill());
            }
        }
    }

    [Fact]
    public void What_a_complete_start_told_others_survives_the_power()
    {
        Build(_files, incarnation: 1).Dispose();
        for (var seed = 0UL; seed < 16; seed++)
        {
            var after = _files.Clone().Crash(new Prng(seed));
            using var store = Build(after, incarnation: 2);
            Assert.Equal(new Incarnation(1, 2), store.Incarnation);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_store_that_ran_is_refused_without_its_log(bool isCut)
    {
        Build(_files, incarnation: 1).Dispose();
        var files = isCut ? _files.Crash(new Prng(1)) : _files;
        foreach (var name in files.List("data/log"))
        {
            files.DeleteFile(Path.Combine("data/log", name));
        }

        var identity = files.Peek("data/store.json");
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var refusal = Assert.Throws<StorageDamagedException>(() => Build(files, incarnation: 2));
            Assert.Contains("has run before, but its log is gone", refusal.Message, StringComparison.Ordinal);
            Assert.Equal(identity, files.Peek("data/store.json"));
        }
    }

    private static void AssertStarts(SimulatedFileSystem files)
    {
        using (var store = Build(files, incarnation: 2))
        {
            Assert.Equal(2UL, store.Incarnation.Low);
        }

        using var again = Build(files, incarnation: 3);
        Assert.NotEqual(3UL, again.Incarnation.High);
    }

    private static StoreUnderTest Build(IFileSystem files, ulong incarnation) =>
        new(DataPath, incarnation: incarnation, files: files);
}
