using Sampan.Base;
using Sampan.Io;
using Sampan.Testing.Files;

namespace Sampan.Testing.Workers;

/// <summary>
/// One life of a store on a <see cref="SimulatedTimeline"/>: its threads, clock, waiters. It ends by
/// <see cref="Crash"/>; the next life is another process.
/// <para>
/// <b>Local time.</b> A worker's round runs at one go, but takes simulated time: <see cref="Now"/> is the local time of
/// the thread that runs, and goes ahead of the timeline with each call of a file and with processor time. Everything
/// that leaves the round carries that time:
/// </para>
/// <list type="number">
/// <item>To other stores: a simulated transport sends by <see cref="Emit"/> with the arrival it has drawn. The arrival
/// is no earlier than the local time, and if the process dies before the local time of sending, nothing was
/// sent.</item>
/// <item>To waiters: <see cref="Completions"/> does the same.</item>
/// <item>To files: changes are stamped (<see cref="FileTime"/>), so that a crash finds the disk as it was then.</item>
/// <item>To other workers by <see cref="Post"/>: the mailbox is filled when the local time has come. Meanwhile the
/// other worker runs and does not see it: a slow disk, and all that happens meanwhile.</item>
/// <item>To other workers by memory and <see cref="IWorkerHandle.Wake"/> alone: what was put there is there at once, so
/// the worker that is woken does not run before the waker's local time, for no reason whatever. That is sound, but the
/// woken worker is as silent as if both shared a thread. So mailboxes ask <see cref="IWorkerHandle.IsDeferred"/> and
/// are filled by <see cref="IWorkerHandle.Deliver"/>, which is a post.</item>
/// </list>
/// <para>
/// A worker reads its mailbox at the start of its round, when local time and timeline agree. What it finds by looking
/// at shared memory later in the round is what others had left at the start: one thread runs at a time.
/// </para>
/// </summary>
public sealed class SimulatedProcess
{
    private readonly List<SimulatedThread> _threads = [];
    private readonly SimulatedOrders _orders = new();
    private SimulatedThread? _running;

    internal SimulatedProcess(
        SimulatedTimeline timeline,
        string name,
        int number,
        Prng prng,
        SimulatedLatencies latencies,
        WorkerThreadOptions watch,
        IWorkerAlarm alarm)
    {
        Timeline = timeline;
        Name = name;
        Number = number;
        Prng = prng;
        Latencies = latencies;
        Watch = watch;
        Alarm = alarm;
        Clock = new SimulatedClock(this, prng.NextBelow(TimeSpan.FromHours(1)));
        Runner = new SimulatedWorkerRunner(this);
        Completions = new SimulatedCompletionQueue(this);
        FileTime = new ProcessFileTime(this);
    }

    /// <summary>For traces.</summary>
    public string Name { get; }

    /// <summary>Whether it has not died yet.</summary>
    public bool IsAlive => DiedAt == Instant.Never;

    /// <summary>
    /// When it died, on the timeline; the instant at which its files must be crashed. It may lie ahead of the timeline
    /// if a planned crash struck within a round.
    /// </summary>
    public Instant DiedAt { get; private set; } = Instant.Never;

    /// <summary>The local time of the thread that runs; outside of rounds, the timeline's.</summary>
    public Instant Now => _running is null ? Timeline.Now : _running.LocalTime;

    /// <summary>Until when some thread of it is busy with what it began, or stopped.</summary>
    public Instant BusyUntil
    {
        get
        {
            var until = Instant.Zero;
            foreach (var thread in _threads)
            {
                until = Instant.Max(until, thread.LocalTime);
            }

            return until;
        }
    }

    /// <summary>What things take from now on.</summary>
    public SimulatedLatencies Latencies { get; set; }

    /// <summary>Runs its workers.</summary>
    public SimulatedWorkerRunner Runner { get; }

    /// <summary>What its workers take for the time.</summary>
    public SimulatedClock Clock { get; }

    /// <summary>The way to its waiters.</summary>
    public SimulatedCompletionQueue Completions { get; }

    /// <summary>For <see cref="SimulatedFileSystem.Time"/> of its files.</summary>
    public IFileTime FileTime { get; }

    /// <summary>
    /// Called once, when it dies; <see cref="DiedAt"/> says when, which may lie ahead of the timeline.
    /// </summary>
    public Action? Died { get; set; }

    /// <summary>
    /// Called after each round of a worker, when nothing of this process runs: a simulator looks at what has changed.
    /// </summary>
    public Action? RoundEnded { get; set; }

    internal SimulatedTimeline Timeline { get; }

    // Whether one of its workers runs, whose local time may be ahead.
    internal bool IsInRound => _running is not null;

    internal int Number { get; }

    internal Prng Prng { get; }

    internal WorkerThreadOptions Watch { get; }

    internal IWorkerAlarm Alarm { get; }

    // Of the worker that runs, or of all that runs outside of rounds.
    internal SimulatedOrders Orders => _running is null ? _orders : _running.Orders;

    /// <summary>
    /// Lets something of this process reach the world at <paramref name="arrival"/>, or at its local time if that is
    /// later. It does not happen if the process dies before the local time at which this is called.
    /// </summary>
    public void Emit(Instant arrival, Action action)
    {
        var emitted = Now;
        Timeline.Schedule(Instant.Max(arrival, emitted), () =>
        {
            if (emitted <= DiedAt)
            {
                action();
            }
        });
    }

    /// <summary>
    /// Lets something leave this process when the local time has come. It does not happen if the process dies before.
    /// What one worker sends leaves in its order.
    /// </summary>
    public void Send(Action action) => Emit(Orders.Sends.Next(Now), action);

    /// <summary>
    /// Lets something happen inside this process when the local time has come: a mailbox is filled, its worker woken.
    /// It does not happen if the process dies before. Posts of one worker happen in its order.
    /// </summary>
    public void Post(Action action)
    {
        Timeline.Schedule(Orders.Posts.Next(Now), () =>
        {
            if (IsAlive)
            {
                action();
            }
        });
    }

    /// <summary>
    /// Runs code of this process that is no worker's, such as its start, as a round of a thread: its calls of files
    /// take time, in which the workers of that thread do not run. If the process dies in it, it just ends.
    /// </summary>
    public void Run(string thread, Action action)
    {
        Invariant.Holds(_running is null && IsAlive);
        ThreadOf(thread).Run(action);
    }

    /// <summary>
    /// The process dies at this instant of the timeline: no worker of it runs any more, and what it had emitted from
    /// local times that lie ahead is taken back. Within one of its rounds it dies at the local time.
    /// </summary>
    public void Crash()
    {
        if (IsAlive)
        {
            DiedAt = Now;
            Timeline.Mix((ulong)Number);
            Died?.Invoke();
        }
    }

    /// <summary>Stops the whole process for a while, as if it had got no processor; its clock goes on.</summary>
    public void Pause(TimeSpan duration) => _threads.ForEach(thread => thread.Pause(duration));

    /// <summary>Stops one thread for a while.</summary>
    public void PauseThread(string thread, TimeSpan duration) => ThreadOf(thread).Pause(duration);

    internal SimulatedThread ThreadOf(string name)
    {
        var thread = _threads.Find(known => string.Equals(known.Name, name, StringComparison.Ordinal));
        if (thread is null)
        {
            thread = new SimulatedThread(this, name, _threads.Count);
            _threads.Add(thread);
        }

        return thread;
    }

    internal SimulatedSlot? SlotOf(string worker)
    {
        foreach (var thread in _threads)
        {
            if (thread.Find(worker) is { } slot)
            {
                return slot;
            }
        }

        return null;
    }

    internal void StartAll() => _threads.ForEach(thread => thread.Plan());

    // Makes the thread the running one until the scope ends.
    internal void Enter(SimulatedThread? thread) => _running = thread;

    private sealed class ProcessFileTime(SimulatedProcess process) : IFileTime
    {
        public Instant Now => process.Now;

        public Instant Floor => process.Timeline.Now;

        public void Spend(FileCall call)
        {
            var latencies = process.Latencies;
            var range = call.Kind switch
            {
                FileCallKind.Sync or FileCallKind.SyncData or FileCallKind.SyncDirectory => SyncRange(latencies),
                FileCallKind.Read or FileCallKind.List or FileCallKind.Exists => latencies.Read,
                _ => latencies.Write,
            };
            process._running?.Spend(range.Draw(process.Prng));
            process.Timeline.Mix((ulong)call.Kind);
        }

        private LatencyRange SyncRange(SimulatedLatencies latencies) =>
            latencies.SlowSyncOneIn > 0 && process.Prng.Chance(1, latencies.SlowSyncOneIn)
                ? latencies.SlowSync
                : latencies.Sync;
    }
}
