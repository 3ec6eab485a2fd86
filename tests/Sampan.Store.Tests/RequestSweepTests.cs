using Sampan.Io;
using Sampan.Testing.Files;

namespace Sampan.Store.Tests;

/// <summary>
/// Purpose: whatever a disk refuses, and whenever a store is stopped, each request that was made is answered, and a
/// failure is told once, with its cause. That none is answered twice, its own invariants assert (I-34).
/// </summary>
public sealed class RequestSweepTests
{
    private static readonly TimeSpan _whole = TimeSpan.FromSeconds(2);

    [Theory]
    [InlineData(FileFailure.Device, false)]
    [InlineData(FileFailure.Device, true)]
    [InlineData(FileFailure.NoSpace, false)]
    [InlineData(FileFailure.NoSpace, true)]
    public void Every_request_is_answered_whichever_call_of_the_disk_fails(FileFailure failure, bool isLasting)
    {
        var clean = new LifeUnderTest();
        var before = Enum.GetValues<FileCallKind>().ToDictionary(kind => kind, clean.Files.CountOf);
        clean.Script(_whole);
        Assert.Empty(clean.Failures);
        Assert.Empty(clean.Unanswered);
        var failed = 0;
        foreach (var kind in Enum.GetValues<FileCallKind>())
        {
            for (var nth = 1L; nth <= clean.Files.CountOf(kind) - before[kind]; nth++)
            {
                var fault = new FileFault { Kind = kind, Nth = nth, Failure = failure, IsLasting = isLasting };
                failed += Sweep(fault) ? 1 : 0;
            }
        }

        // Else the sweep proves nothing.
        Assert.True(failed > 0, "no fault ended the store");
    }

    [Fact]
    public void Every_request_is_answered_whenever_the_store_is_stopped()
    {
        for (var i = 0; i < 400; i++)
        {
            var life = new LifeUnderTest();
            life.Script(TimeSpan.FromMicroseconds(i * 533));
            life.Store.Stop("the test stopped it");
            life.Run(_whole);
            Assert.True(!life.Unanswered.Any(), $"stop {i}: no answer to {string.Join(", ", life.Unanswered)}");
            Assert.Empty(life.Failures);
            life.Store.Dispose();
        }
    }

    // Whether the store failed.
    private static bool Sweep(FileFault fault)
    {
        var life = new LifeUnderTest();
        life.Files.Lay(fault);
        life.Script(_whole);
        var hasFailed = life.Failures.Count > 0;
        Assert.Equal(hasFailed, life.Store.Failed.IsCompletedSuccessfully);
        Assert.True(life.Failures.Count <= 1, $"{fault}: told {life.Failures.Count} times");
        if (hasFailed)
        {
            Assert.True(!life.Unanswered.Any(), $"{fault}: no answer to {string.Join(", ", life.Unanswered)}");
        }

        life.Store.Stop("the test stopped it");
        life.Run(_whole);
        Assert.True(!life.Unanswered.Any(), $"{fault}: no answer after its stop to {life.Unanswered.FirstOrDefault()}");
        return hasFailed;
    }
}
