using Sampan.Base;
using Sampan.Io;
using Sampan.Testing.Files;
using Sampan.Testing.Workers;

namespace Sampan.Testing.Tests.Workers;

/// <summary>Purpose: simulated workers live in their local times, and a crash takes back what lies ahead.</summary>
public sealed class SimulatedWorkerTests
{
    private static readonly TimeSpan _millisecond = TimeSpan.FromMilliseconds(1);

    private readonly SimulatedTimeline _timeline = new(new Prng(7));
    private readonly List<string> _told = [];
    private readonly List<string> _ended = [];
    private readonly SimulatedProcess _process;
    private readonly SimulatedFileSystem _files = new(new Prng(8));

    public SimulatedWorkerTests()
    {
        _process = Launch(_timeline, "a", new Alarm(_told));
        _files.Time = _process.FileTime;
    }

    [Fact]
    public void Workers_of_a_thread_take_turns_and_are_not_called_without_reason()
    {
        Add("one", "a", number => number < 3 ? Instant.Zero : Instant.Never);
        var b = Add("one", "b", number => number < 2 ? Instant.Zero : Instant.Never);
        Run(1);
        Assert.Equal(["a1", "b1", "a2", "b2", "a3"], _told);

        _timeline.Schedule(Milliseconds(2), b.Wake);
        Run(3);
        Assert.Equal("b3", _told[^1]);
        Assert.Equal(6, _told.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(50_000)]
    [InlineData(-50_000)]
    public void A_worker_is_called_when_its_own_clock_shows_its_instant(int ratePpm)
    {
        _process.Clock.RatePpm = ratePpm;
        var wanted = new List<Instant>();
        Add("one", "a", _ =>
        {
            var now = new Instant(_process.Clock.GetTimestamp());
            if (wanted.Count > 0)
            {
                // The processor time of the round is one tick.
                Assert.InRange(now.Since(wanted[^1]).Ticks, 0, 3);
            }

            wanted.Add(now.After(_millisecond * 3));
            return wanted[^1];
        });
        Run(3000);

        Assert.InRange(wanted.Count, 1000 + (ratePpm / 1000) - 2, 1000 + (ratePpm / 1000) + 2);
    }

    [Fact]
    public void While_one_thread_syncs_another_runs_and_does_not_see_the_result_before_its_time()
    {
        SlowSyncs(10);
        var mailbox = new List<string>();
        IWorkerHandle? reader = null;
        using var file = _files.Open("log", FileOpenMode.CreateNew);
        Add("disk", "writer", _ =>
        {
            file.Write(0, "x"u8);
            file.SyncData();
            _process.Post(() =>
            {
                mailbox.Add("persisted");
                reader?.Wake();
            });
            return Instant.Never;
        });
        reader = Add("group", "reader", _ =>
        {
            _told.Add($"{mailbox.Count}@{Math.Round(_process.Now.Since(default).TotalMilliseconds)}");
            mailbox.Clear();
            return Clock().After(_millisecond * 4);
        });
        Run(11);

        Assert.Equal(
            ["0@0", "0@4", "0@8", "1@10"],
            _told.Where(entry => entry.Contains('@', StringComparison.Ordinal)));
    }

    [Fact]
    public void A_mailbox_that_is_filled_by_its_handle_is_filled_at_the_local_time()
    {
        SlowSyncs(10);
        var mailbox = new List<string>();
        IWorkerHandle? reader = null;
        using var file = _files.Open("log", FileOpenMode.CreateNew);
        Add("disk", "writer", _ =>
        {
            file.SyncData();
            Assert.True(reader?.IsDeferred);
            reader?.Deliver(() =>
            {
                mailbox.Add("persisted");
                reader.Wake();
            });
            return Instant.Never;
        });
        reader = Add("group", "reader", _ =>
        {
            _told.Add($"{mailbox.Count}@{Math.Round(_process.Now.Since(default).TotalMilliseconds)}");
            mailbox.Clear();
            return Clock().After(_millisecond * 4);
        });
        Assert.False(reader.IsDeferred);
        Run(11);

        Assert.Equal(
            ["0@0", "0@4", "0@8", "1@10"],
            _told.Where(entry => entry.Contains('@', StringComparison.Ordinal)));
    }

    [Fact]
    public void What_was_sent_before_a_crash_leaves_and_what_came_later_does_not()
    {
        SlowSyncs(10);
        using var file = _files.Open("log", FileOpenMode.CreateNew);
        Add("disk", "writer", _ =>
        {
            _process.Send(() => _told.Add("early"));
            file.SyncData();
            _process.Send(() => _told.Add("late"));
            return Instant.Never;
        });
        _timeline.Schedule(Milliseconds(5), _process.Crash);
        Run(20);
        Assert.Equal(["early"], _told.Where(told => told is "early" or "late"));
    }

    [Fact]
    public void Who_is_woken_from_the_future_does_not_run_before_it()
    {
        SlowSyncs(10);
        IWorkerHandle? reader = null;
        using var file = _files.Open("log", FileOpenMode.CreateNew);
        var hasArrived = false;
        Add("disk", "writer", _ =>
        {
            file.SyncData();
            hasArrived = true;
            reader?.Wake();
            return Instant.Never;
        });
        reader = Add("group", "reader", _ =>
        {
            Assert.Equal(hasArrived, _process.Now >= Milliseconds(10));
            return Clock().After(_millisecond);
        });
        // Woken by others too, in the meantime.
        _timeline.Schedule(Milliseconds(5), reader.Wake);
        Run(20);
        Assert.DoesNotContain(_told, entry => entry.Contains("failed", StringComparison.Ordinal));
    }

    [Fact]
    public void On_one_thread_the_others_wait_for_a_sync_until_the_watchdog_moves_them()
    {
        SlowSyncs(300);
        using var file = _files.Open("log", FileOpenMode.CreateNew);
        Instant? ranAt = null;
        Add("one", "writer", number =>
        {
            file.SyncData();
            return number == 1 ? Instant.Zero : Instant.Never;
        });
        Add("one", "group", _ =>
        {
            ranAt ??= _process.Now;
            return Instant.Never;
        });
        Run(1000);

        // Half a heartbeat interval is 50 ms here, an election timeout 200; the second call begins after the first.
        Assert.NotNull(ranAt);
        Assert.InRange(ranAt.Value.Ticks, Milliseconds(50).Ticks, Milliseconds(76).Ticks);
        Assert.Equal(
            ["writer1", "writer slow", "writer stalled", "writer2", "writer slow", "writer stalled"],
            _told.Where(entry => entry is not "group1"));
    }

    [Theory]
    [InlineData(5, "")]
    [InlineData(11, "sent before")]
    [InlineData(25, "sent before, sent after")]
    public void A_crash_takes_back_what_was_emitted_from_later_local_times(int crashAt, string expected)
    {
        SlowSyncs(10);
        var arrived = new List<string>();
        using var file = _files.Open("log", FileOpenMode.CreateNew);
        _files.SyncDirectory("/");
        Add("disk", "writer", _ =>
        {
            file.Write(0, "1"u8);
            file.SyncData();
            _process.Emit(_process.Now.After(_millisecond * 50), () => arrived.Add("sent before"));
            file.Write(0, "2"u8);
            file.SyncData();
            _process.Emit(_process.Now.After(_millisecond * 50), () => arrived.Add("sent after"));
            return Instant.Never;
        });
        _timeline.Schedule(Milliseconds(crashAt), _process.Crash);
        Run(200);

        Assert.Equal(expected, string.Join(", ", arrived));
        Assert.Equal(Milliseconds(crashAt), _process.DiedAt);
        var outcomes = new SortedSet<string>(StringComparer.Ordinal);
        for (var seed = 0UL; seed < 60; seed++)
        {
            var disk = _files.Clone().Crash(new Prng(seed), _process.DiedAt);
            outcomes.Add(System.Text.Encoding.UTF8.GetString(disk.Peek("log")));
        }

        string[] found = crashAt switch { 5 => ["", "\0", "1"], 11 => ["1", "2"], _ => ["2"] };
        Assert.Equal(found, outcomes);
    }

    [Fact]
    public void A_planned_crash_within_a_round_kills_the_process_at_its_local_time()
    {
        SlowSyncs(10);
        using var file = _files.Open("log", FileOpenMode.CreateNew);
        _files.CrashAt(_files.CallCount + 1, CrashMoment.After);
        Add("disk", "writer", _ =>
        {
            file.SyncData();
            return Instant.Zero;
        });
        Run(100);

        Assert.False(_process.IsAlive);
        Assert.InRange(_process.DiedAt.Since(Milliseconds(10)).Ticks, 0, 3);
        Assert.Empty(_told);
    }

    [Fact]
    public void Completions_keep_their_order_and_never_run_in_a_round()
    {
        _process.Latencies = _process.Latencies with { Completion = LatencyRange.Microseconds(0, 1000) };
        var completed = new List<int>();
        var isInRound = false;
        Add("one", "a", _ =>
        {
            isInRound = true;
            for (var i = 0; i < 50; i++)
            {
                var number = i;
                _process.Completions.Enqueue(new Completion(() =>
                {
                    Assert.False(isInRound);
                    completed.Add(number);
                }));
            }

            isInRound = false;
            return Instant.Never;
        });
        Run(2);

        Assert.Equal(Enumerable.Range(0, 50), completed);
    }

    [Fact]
    public void A_paused_process_is_silent_and_then_late()
    {
        var at = new List<double>();
        Add("one", "a", _ =>
        {
            at.Add(Math.Round(_process.Now.Since(default).TotalMilliseconds));
            return Clock().After(_millisecond * 10);
        });
        _timeline.Schedule(Milliseconds(15), () => _process.Pause(_millisecond * 30));
        Run(60);

        Assert.Equal([0, 10, 45, 55], at);
    }

    [Fact]
    public void A_worker_that_throws_ends_all_and_is_told()
    {
        Add("one", "a", _ => throw new InvariantViolationException("boom"));
        Add("two", "b", _ => Clock().After(_millisecond));
        Run(50);

        Assert.Contains("a failed: boom", _told);
        Assert.InRange(_told.Count, 1, 2);
        _process.Runner.Stop();
        Assert.Equal(["a failed: boom", "ended"], _ended);
    }

    [Fact]
    public void Timers_are_events_of_the_process()
    {
        var fired = 0;
        using var timer = _process.Clock.CreateTimer(_ => fired++, null, _millisecond * 2, _millisecond * 2);
        Run(7);
        Assert.Equal(3, fired);
        _process.Crash();
        Run(20);
        Assert.Equal(3, fired);
    }

    [Fact]
    public void The_same_seed_gives_the_same_history_and_another_seed_another_one()
    {
        Assert.Equal(Babble(1), Babble(1));
        Assert.NotEqual(Babble(1).Hash, Babble(2).Hash);
    }

    // Two processes of two threads each that wake each other at random, write, and hand on messages.
    private static (ulong Hash, long Events, string Trace) Babble(ulong seed)
    {
        var timeline = new SimulatedTimeline(new Prng(seed));
        var trace = new System.Text.StringBuilder();
        var handles = new List<(SimulatedProcess Process, IWorkerHandle Handle)>();
        for (var i = 0; i < 2; i++)
        {
            var process = Launch(timeline, $"p{i}", new Alarm([]));
            process.Latencies = new SimulatedLatencies { SlowSyncOneIn = 10 };
            var files = new SimulatedFileSystem(new Prng(seed)) { Time = process.FileTime };
            var file = files.Open("f", FileOpenMode.CreateNew);
            var prng = new Prng(seed + 100 + (ulong)i);
            for (var j = 0; j < 4; j++)
            {
                var name = $"p{i}w{j}";
                var worker = new ScriptedWorker(name, _ =>
                {
                    trace.Append(name).Append('@').Append(process.Now.Ticks).Append(' ');
                    file.Write(prng.NextBelow(10_000), new byte[prng.NextBelow(100)]);
                    if (prng.Chance(1, 3))
                    {
                        file.SyncData();
                    }

                    var target = handles[prng.NextBelow(handles.Count)];
                    process.Emit(process.Now.After(prng.NextBelow(_millisecond)), target.Handle.Wake);
                    return prng.Chance(1, 2) ? Instant.Never : Instant.Zero;
                });
                handles.Add((process, process.Runner.Add(worker, $"t{j / 2}")));
            }

            process.Runner.Start(new Owner([]));
        }

        timeline.RunUntil(Milliseconds(500));
        return (timeline.Hash, timeline.EventCount, trace.ToString());
    }

    private static SimulatedProcess Launch(SimulatedTimeline timeline, string name, IWorkerAlarm alarm) =>
        timeline.Launch(
            name,
            SimulatedLatencies.None,
            new WorkerThreadOptions { SlowCallLimit = _millisecond * 50, StallLimit = _millisecond * 200 },
            alarm);

    private static Instant Milliseconds(int count) => Instant.Zero.After(_millisecond * count);

    private Instant Clock() => new(_process.Clock.GetTimestamp());

    private void SlowSyncs(int milliseconds) =>
        _process.Latencies = SimulatedLatencies.None with
        {
            Sync = LatencyRange.Microseconds(milliseconds * 1000, milliseconds * 1000),
        };

    private IWorkerHandle Add(string thread, string name, Func<int, Instant> call) =>
        _process.Runner.Add(
            new ScriptedWorker(name, number =>
            {
                var due = call(number);
                _told.Add($"{name}{number}");
                return due;
            }),
            thread);

    private void Run(int untilMilliseconds)
    {
        if (!_process.Runner.IsRunning && _process.IsAlive && _timeline.Now == Instant.Zero)
        {
            _process.Runner.Start(new Owner(_ended));
        }

        _timeline.RunUntil(Milliseconds(untilMilliseconds));
    }

    private sealed class ScriptedWorker(string name, Func<int, Instant> call) : IWorker
    {
        private int _calls;

        public string Name => name;

        public Instant RunOnce() => call(++_calls);
    }

    private sealed class Completion(Action action) : ICompletion
    {
        public void Complete() => action();
    }

    private sealed class Alarm(List<string> told) : IWorkerAlarm
    {
        public void WorkerFailed(string worker, Exception cause) => told.Add($"{worker} failed: {cause.Message}");

        public void WorkerSlow(string worker) => told.Add($"{worker} slow");

        public void WorkerStalled(string worker) => told.Add($"{worker} stalled");
    }

    private sealed class Owner(List<string> told) : IWorkerOwner
    {
        public void WorkerFailed(string worker, Exception cause) => told.Add($"{worker} failed: {cause.Message}");

        public void WorkersEnded() => told.Add("ended");
    }
}
