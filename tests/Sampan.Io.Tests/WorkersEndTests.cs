using Sampan.Base;
using Sampan.Testing;

namespace Sampan.Io.Tests;

/// <summary>
/// Purpose: the owner of workers learns when none of them runs any more, once, whoever ended them; so it may take over
/// what they held. Waits in these tests end by events; their limits only bound a failure.
/// </summary>
public sealed class WorkersEndTests
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(60);

    private readonly RecordingAlarm _alarm = new();
    private readonly RecordingOwner _owner = new();
    private readonly WorkerThreadRunner _runner;

    public WorkersEndTests() => _runner = Make(_alarm);

    [Fact]
    public void A_stop_returns_after_the_owner_was_told()
    {
        _runner.Add(new ScriptedWorker("a", _ => Instant.Never), "one");
        _runner.Add(new ScriptedWorker("b", _ => Instant.Zero), "two");
        _runner.Start(_owner);
        Assert.Empty(_owner.Told);
        _runner.Stop();
        Assert.Equal(["ended"], _owner.Told);
        _runner.Stop();
        Assert.Equal(["ended"], _owner.Told);
    }

    [Fact]
    public void A_failure_is_told_at_once_and_the_end_when_the_last_call_has_returned()
    {
        using var began = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        var slow = new ScriptedWorker("slow", _ =>
        {
            began.Set();
            Assert.True(go.Wait(_limit));
            return Instant.Zero;
        });
        _runner.Add(slow, "one");
        _runner.Add(
            new ScriptedWorker("a", _ =>
            {
                Assert.True(began.Wait(_limit));
                throw new InvalidOperationException("boom");
            }),
            "two");
        _runner.Start(_owner);
        Assert.True(_alarm.HasFailed.Wait(_limit));
        Assert.Equal(0, slow.Calls);
        Assert.DoesNotContain("ended", _owner.Told);
        go.Set();
        Assert.True(_owner.HasEnded.Wait(_limit));
        Assert.Equal(1, slow.Calls);
        _runner.Stop();
        Assert.Equal(["a failed: boom", "ended"], _owner.Told);
    }

    [Fact]
    public void A_worker_that_fails_while_others_are_being_started_ends_them_once()
    {
        for (var i = 0; i < 200; i++)
        {
            var owner = new RecordingOwner();
            var runner = Make(new RecordingAlarm());
            for (var thread = 0; thread < 4; thread++)
            {
                runner.Add(new ScriptedWorker("a", _ => throw new InvalidOperationException("boom")), $"{thread}");
            }

            runner.Start(owner);
            Assert.True(owner.HasEnded.Wait(_limit));
            runner.Stop();
            Assert.Equal(["a failed: boom", "ended"], owner.Told);
        }
    }

    [Fact]
    public void A_call_that_was_left_behind_by_its_thread_counts_until_it_returns()
    {
        using var began = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        using var moved = new ManualResetEventSlim();
        var slow = new ScriptedWorker("slow", _ =>
        {
            began.Set();
            Assert.True(go.Wait(_limit));
            return Instant.Never;
        });
        _runner.Add(slow, "one");
        var quick = new ScriptedWorker(
            "quick", number => number == 1 ? Moved(moved) : throw new InvalidOperationException("boom"));
        var handle = _runner.Add(quick, "one");
        _runner.Start(_owner);
        Assert.True(began.Wait(_limit));
        for (var i = 0; i < WorkerThread.ChecksUntilSlow + 1; i++)
        {
            _runner.Check(1);
        }

        Assert.True(moved.Wait(_limit));
        handle.Wake();
        Assert.True(_alarm.HasFailed.Wait(_limit));
        Assert.DoesNotContain("ended", _owner.Told);
        go.Set();
        Assert.True(_owner.HasEnded.Wait(_limit));
        _runner.Stop();
        Assert.Equal(["quick failed: boom", "ended"], _owner.Told);
    }

    [Fact]
    public void An_owner_that_throws_at_the_end_does_not_end_the_process()
    {
        var owner = new RecordingOwner { OnEnded = () => throw new InvalidOperationException("no") };
        _runner.Add(new ScriptedWorker("a", _ => Instant.Never), "one");
        _runner.Start(owner);
        _runner.Stop();
        Assert.Equal(["the end of all workers failed: no"], _alarm.Told);
    }

    private static Instant Moved(ManualResetEventSlim moved)
    {
        moved.Set();
        return Instant.Never;
    }

    private static WorkerThreadRunner Make(RecordingAlarm alarm)
    {
        var options = new WorkerThreadOptions
        {
            SlowCallLimit = TimeSpan.FromHours(1),
            StallLimit = TimeSpan.FromHours(3),
        };
        return new WorkerThreadRunner(new ManualTime(), options, alarm);
    }
}
