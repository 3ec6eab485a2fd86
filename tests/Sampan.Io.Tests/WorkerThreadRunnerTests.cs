using System.Collections.Concurrent;
using Sampan.Base;
using Sampan.Testing;

namespace Sampan.Io.Tests;

/// <summary>
/// Purpose: workers run in their order, never twice at a time, after every wake-up and never early; and a slow or
/// failing one does what it must to the others. Waits in these tests end by events; their limits only bound a failure.
/// </summary>
public sealed class WorkerThreadRunnerTests : IDisposable
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(60);

    private readonly ManualTime _time = new();
    private readonly RecordingAlarm _alarm = new();
    private readonly RecordingOwner _owner = new();
    private readonly WorkerThreadRunner _runner;

    public WorkerThreadRunnerTests()
    {
        var options = new WorkerThreadOptions
        {
            SlowCallLimit = TimeSpan.FromHours(1),
            StallLimit = TimeSpan.FromHours(3),
        };
        _runner = new WorkerThreadRunner(_time, options, _alarm);
    }

    [Fact]
    public void Workers_of_a_thread_take_turns_in_the_order_of_adding()
    {
        var calls = new ConcurrentQueue<string>();
        using var done = new CountdownEvent(2);
        Instant Call(string name, int number)
        {
            calls.Enqueue($"{name}{number}@{Environment.CurrentManagedThreadId}");
            if (number < 3)
            {
                return Instant.Zero;
            }

            done.Signal();
            return Instant.Never;
        }

        _runner.Add(new ScriptedWorker("a", number => Call("a", number)), "one");
        _runner.Add(new ScriptedWorker("b", number => Call("b", number)), "one");
        _runner.Start(_owner);
        Assert.True(done.Wait(_limit));

        Assert.Equal(["a1", "b1", "a2", "b2", "a3", "b3"], calls.Select(call => call.Split('@')[0]));
        Assert.Single(calls.Select(call => call.Split('@')[1]).Distinct());
    }

    [Fact]
    public void Workers_of_different_threads_run_at_the_same_time()
    {
        using var meeting = new Barrier(2);
        using var done = new CountdownEvent(2);
        Instant Meet()
        {
            Assert.True(meeting.SignalAndWait(_limit));
            done.Signal();
            return Instant.Never;
        }

        _runner.Add(new ScriptedWorker("a", _ => Meet()), "one");
        _runner.Add(new ScriptedWorker("b", _ => Meet()), "two");
        _runner.Start(_owner);

        Assert.True(done.Wait(_limit));
        _runner.Stop();
    }

    [Fact]
    public void Wake_ups_during_a_call_cause_one_more()
    {
        using var first = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        using var second = new ManualResetEventSlim();
        var worker = new ScriptedWorker("a", number =>
        {
            (number == 1 ? first : second).Set();
            Assert.True(go.Wait(_limit));
            return Instant.Never;
        });
        var handle = _runner.Add(worker, "one");
        _runner.Start(_owner);
        Assert.True(first.Wait(_limit));
        for (var i = 0; i < 1000; i++)
        {
            handle.Wake();
        }

        go.Set();
        Assert.True(second.Wait(_limit));
        _runner.Stop();

        Assert.Equal(2, worker.Calls);
    }

    [Fact]
    public void A_worker_is_called_when_its_instant_has_come_and_not_earlier()
    {
        using var woken = new SemaphoreSlim(0);
        var due = new Instant(TimeSpan.FromMilliseconds(5).Ticks);
        Instant? early = null;
        var handle = _runner.Add(
            new ScriptedWorker("a", number =>
            {
                var now = new Instant(_time.GetTimestamp());
                early = number == 3 && now < due ? now : early;
                woken.Release();
                return now < due ? due : Instant.Never;
            }),
            "one");
        _runner.Start(_owner);
        Assert.True(woken.Wait(_limit));
        handle.Wake();
        Assert.True(woken.Wait(_limit));

        // Two calls so far; a third only by the clock.
        _time.Advance(TimeSpan.FromMilliseconds(5));
        Assert.True(woken.Wait(_limit));
        Assert.Null(early);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void No_wake_up_is_lost(int threads)
    {
        const int Rounds = 20_000;
        using var done = new ManualResetEventSlim();
        IWorkerHandle? left = null;
        IWorkerHandle? right = null;
        var (toLeft, toRight) = (0, 0);
        left = _runner.Add(
            new ScriptedWorker("left", _ =>
            {
                if (Volatile.Read(ref toLeft) == Volatile.Read(ref toRight))
                {
                    Interlocked.Increment(ref toRight);
                    right?.Wake();
                }

                return Instant.Never;
            }),
            "0");
        right = _runner.Add(
            new ScriptedWorker("right", _ =>
            {
                if (Volatile.Read(ref toLeft) < Volatile.Read(ref toRight))
                {
                    if (Interlocked.Increment(ref toLeft) == Rounds)
                    {
                        done.Set();
                        return Instant.Never;
                    }

                    left?.Wake();
                }

                return Instant.Never;
            }),
            $"{threads - 1}");
        _runner.Start(_owner);

        // Each wakes the other and has no second chance: one lost wake-up and they stand still for ever.
        Assert.True(done.Wait(_limit), $"stands still at {toLeft}, {toRight}; {string.Join(' ', _alarm.Told)}");
    }

    [Fact]
    public void An_exception_ends_all_workers_and_is_told_once()
    {
        using var meeting = new Barrier(2);
        var other = new ScriptedWorker("c", _ => Instant.Never);
        Instant Throw(string text)
        {
            Assert.True(meeting.SignalAndWait(_limit));
            throw new InvariantViolationException(text);
        }

        _runner.Add(new ScriptedWorker("a", _ => Throw("boom")), "one");
        _runner.Add(new ScriptedWorker("b", _ => Throw("boom")), "two");
        var handle = _runner.Add(other, "three");
        _runner.Start(_owner);
        Assert.True(_alarm.HasFailed.Wait(_limit));
        _runner.Stop();
        handle.Wake();

        Assert.Matches("^[ab] failed: boom$", Assert.Single(_alarm.Told));
        Assert.InRange(other.Calls, 0, 1);
    }

    [Fact]
    public void Stop_returns_after_the_calls_under_way()
    {
        using var began = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        var worker = new ScriptedWorker("a", _ =>
        {
            began.Set();
            Assert.True(go.Wait(_limit));
            return Instant.Zero;
        });
        _runner.Add(worker, "one");
        _runner.Start(_owner);
        Assert.True(began.Wait(_limit));
        var callsAfterStop = -1;
        var stopper = new Thread(() =>
        {
            _runner.Stop();
            callsAfterStop = worker.Calls;
        });
        stopper.Start();
        go.Set();
        stopper.Join();

        Assert.True(callsAfterStop >= 1);
        Assert.Equal(callsAfterStop, worker.Calls);
    }

    [Fact]
    public void A_runner_that_never_started_stops_and_takes_no_worker_after_its_start()
    {
        _runner.Stop();
        using var other = new WorkerThreadRunnerTests();
        other._runner.Start(other._owner);
        Assert.Throws<InvariantViolationException>(
            () => other._runner.Add(new ScriptedWorker("a", _ => Instant.Never), "one"));
    }

    [Fact]
    public void A_slow_call_gives_the_others_of_its_thread_to_another_one()
    {
        using var began = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        using var ran = new SemaphoreSlim(0);
        var slowThread = 0;
        var slow = new ScriptedWorker("slow", number =>
        {
            if (number == 1)
            {
                slowThread = Environment.CurrentManagedThreadId;
                began.Set();
                Assert.True(go.Wait(_limit));
            }
            else
            {
                ran.Release();
            }

            return Instant.Never;
        });
        var otherThread = 0;
        var slowHandle = _runner.Add(slow, "one");
        var handle = _runner.Add(
            new ScriptedWorker("quick", _ =>
            {
                otherThread = Environment.CurrentManagedThreadId;
                ran.Release();
                return Instant.Never;
            }),
            "one");
        _runner.Start(_owner);
        Assert.True(began.Wait(_limit));

        // Seen, then two checks long: slow.
        CheckAll(3);
        Assert.True(ran.Wait(_limit));
        Assert.NotEqual(slowThread, otherThread);
        handle.Wake();
        Assert.True(ran.Wait(_limit));

        // The slow worker is woken meanwhile: it runs again when its call has returned, and not before.
        slowHandle.Wake();
        CheckAll(10);
        Assert.Equal(0, slow.Calls);
        go.Set();
        Assert.True(ran.Wait(_limit));
        Assert.Equal(["slow slow", "slow stalled"], _alarm.Told);
    }

    [Fact]
    public void No_worker_runs_twice_at_a_time_however_often_threads_are_changed()
    {
        const int Rounds = 3000;
        using var done = new CountdownEvent(3);
        for (var i = 0; i < 3; i++)
        {
            _runner.Add(
                new ScriptedWorker($"{i}", number =>
                {
                    // Long enough to be found slow now and then.
                    Thread.SpinWait(number % 50 == 0 ? 20_000 : 10);
                    if (number == Rounds)
                    {
                        done.Signal();
                    }

                    return number < Rounds ? Instant.Zero : Instant.Never;
                }),
                "one");
        }

        _runner.Start(_owner);
        while (!done.IsSet && !_alarm.HasFailed.IsSet)
        {
            _runner.Check(1);
            Thread.Yield();
        }

        Assert.False(_alarm.HasFailed.IsSet, string.Join(' ', _alarm.Told));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_permit_ends_the_next_park_and_no_other(bool usesFutex)
    {
        if (usesFutex && !ThreadPark.CanUseFutex())
        {
            return;
        }

        var park = new ThreadPark(usesFutex);
        park.Unpark();
        park.Unpark();
        park.Park(TimeSpan.MaxValue);
        park.Park(TimeSpan.FromTicks(1));
        using var isParking = new ManualResetEventSlim();
        var waiter = new Thread(() =>
        {
            isParking.Set();
            park.Park(TimeSpan.MaxValue);
        });
        waiter.Start();
        Assert.True(isParking.Wait(_limit));
        park.Unpark();
        Assert.True(waiter.Join(_limit));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _runner.Stop();
        _alarm.HasFailed.Dispose();
    }

    private void CheckAll(int times)
    {
        for (var i = 0; i < times; i++)
        {
            _runner.Check(1);
        }
    }
}
