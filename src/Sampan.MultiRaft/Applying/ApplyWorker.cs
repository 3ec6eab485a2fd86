using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Doors;
using Sampan.MultiRaft.Groups;
using Sampan.MultiRaft.Snapshots;

namespace Sampan.MultiRaft.Applying;

/// <summary>
/// Feeds committed entries to state machines, answers reads, freezes states for snapshots. Serial in a group; groups
/// take turns. It never touches a disk but to install a snapshot.
/// </summary>
internal sealed class ApplyWorker : IWorker
{
    // What a state machine is given at once: a replay's pieces are larger, and a call that applied a whole one would be
    // long enough for the watchdog, and for whoever shares the thread.
    private const int StepEntriesMax = 256;
    private const long StepBytesMax = 256 * 1024;

    private const string Ended = "the group's replica on this store goes no further";
    private const string Failed = "the group's state machine has failed on this store";
    private const string Gone = "the store's replica of the group is gone";

    private readonly MonotonicClock _clock;
    private readonly ICompletionQueue _completions;
    private readonly IStateMachineFactory _machines;
    private readonly ISnapshotStorage _snapshots;
    private readonly SnapshotWorker _snapshotWorker;
    private readonly SnapshotTaker _taker;
    private readonly TimeSpan _slice;

    // Bounded by the group workers' budgets.
    private readonly Mailbox<ApplyWork> _mailbox = new();
    private readonly ApplyContext _context = new();
    private readonly ReadContext _readContext = new();
    private readonly List<Command> _commands = [];
    private readonly List<PendingRequest?> _waiters = [];

    // The work that was begun and is not done, and how many of its entries were applied.
    private ApplyWork? _current;
    private int _applied;

    /// <summary>
    /// A worker with an empty queue that works for <paramref name="slice"/> at most before it lets others run.
    /// </summary>
    public ApplyWorker(
        StoreOptions options,
        MonotonicClock clock,
        ICompletionQueue completions,
        IStateMachineFactory machines,
        ISnapshotStorage snapshots,
        SnapshotWorker snapshotWorker,
        TimeSpan slice)
    {
        _taker = new SnapshotTaker(options, completions, snapshotWorker);
        _clock = clock;
        _completions = completions;
        _machines = machines;
        _snapshots = snapshots;
        _snapshotWorker = snapshotWorker;
        _slice = slice;
    }

    /// <inheritdoc/>
    public string Name => "apply-worker";

    /// <summary>Names the worker; before the start.</summary>
    public void Bind(IWorkerHandle handle) => _mailbox.Bind(handle);

    /// <summary>Group worker: work for a state machine.</summary>
    public void Enqueue(ApplyWork work) => _mailbox.Post(work);

    /// <inheritdoc/>
    public Instant RunOnce()
    {
        var end = _clock.Now.After(_slice);
        while (_current is not null || _mailbox.TryTake(out _current))
        {
            if (Run(_current))
            {
                _current = null;
                _applied = 0;
            }

            if (_clock.Now >= end)
            {
                return _current is null && _mailbox.IsEmpty ? Instant.Never : Instant.Zero;
            }
        }

        return Instant.Never;
    }

    /// <summary>Does a step of the work; returns whether it was the last one.</summary>
    private bool Run(ApplyWork work)
    {
        var lane = work.Lane;
        if (_applied == 0)
        {
            Begin(work);
        }

        if (lane.IsPoisoned)
        {
            Refuse(work, RaftErrorCode.Poisoned, Failed);
            return true;
        }

        if (_applied < work.Entries.Count)
        {
            ApplyStep(lane, work);
            if (_applied < work.Entries.Count || lane.IsPoisoned)
            {
                return lane.IsPoisoned;
            }
        }

        End(work);
        return true;
    }

    private void Begin(ApplyWork work)
    {
        if (work.IsLast)
        {
            Delete(work.Lane);
        }

        if (work.Failure is not null)
        {
            Poison(work.Lane, work.Failure);
        }

        if (work.End is { } code)
        {
            // Nothing is applied behind it, so nobody's index comes any more.
            work.Lane.IsPoisoned = true;
            FailWaiting(work.Lane, code, Ended);
        }

        if (work.SnapshotEnd != SnapshotEnd.None)
        {
            _taker.Hear(work);
        }

        if (work.Snapshot is not null && !work.Lane.IsPoisoned)
        {
            Install(work.Lane, work.Snapshot);
        }
    }

    private void End(ApplyWork work)
    {
        var lane = work.Lane;
        foreach (var read in work.Reads)
        {
            lane.WaitingReads.Enqueue(read, read.ReadIndex);
        }

        AnswerReads(lane);
        if (_taker.MaybeBegin(work) is { } thrown)
        {
            Poison(lane, $"the state machine threw when it was to freeze its state: {thrown.Message}");
        }
    }

    private void Install(ApplyLane lane, SnapshotMeta snapshot)
    {
        Invariant.Holds(snapshot.Last.Index >= lane.Applied.Index, snapshot.Last.Index, lane.Applied.Index);
        using (var source = new GuardedSource(_snapshots.Open(lane.Host.Group, snapshot.Last)))
        {
            var thrown = MachineCall.Try((lane.Machine, source), static given => given.Machine.Install(given.source));
            source.Fault.ThrowIfAny();
            if (thrown is not null)
            {
                Poison(lane, $"the state machine threw when it was to install {snapshot.Last}: {thrown.Message}");
                return;
            }

            lane.SnapshotBytes = source.Files.Sum(file => file.LengthBytes);
        }

        lane.BytesSinceSnapshot = 0;
        lane.Applied = snapshot.Last;
        lane.TimeTicks = snapshot.TimeTicks;
        lane.Configuration = snapshot.Configuration;
        lane.LastSnapshotIndex = snapshot.Last.Index;
        lane.CompleteSnapshotIndex = snapshot.Last.Index;
        _snapshotWorker.Installed(lane.Host.Group, snapshot.Last);
        Report(lane, 0);
    }

    private static int StepEnd(ApplyWork work, int first)
    {
        var end = first;
        var bytes = 0L;
        while (end < work.Entries.Count && end - first < StepEntriesMax && bytes < StepBytesMax)
        {
            bytes += work.Entries[end].SizeBytes;
            end++;
        }

        return end;
    }

    private void ApplyStep(ApplyLane lane, ApplyWork work)
    {
        _commands.Clear();
        _waiters.Clear();
        var (first, end) = (_applied, StepEnd(work, _applied));
        var last = work.Entries[end - 1];
        Invariant.Holds(
            work.Entries[first].Index == lane.Applied.Index + 1, work.Entries[first].Index, lane.Applied.Index);
        _context.Begin(last.Index, last.TimeTicks);
        for (var i = first; i < end; i++)
        {
            var entry = work.Entries[i];
            lane.BytesSinceSnapshot += entry.SizeBytes;
            if (entry.Kind == EntryKind.Command)
            {
                var command = CommandEnvelope.CommandOf(entry.Payload);
                _commands.Add(new Command(entry.Id, entry.TimeTicks, command));
                _waiters.Add(work.Waiters[i]);
                _context.Add(isResultWanted: work.Waiters[i] is not null);
            }
            else if (entry.Kind == EntryKind.Configuration)
            {
                Invariant.Holds(ConfigurationCodec.TryDecode(entry.Payload.Span, out var configuration));
                lane.Configuration = new ConfigurationEntry(entry.Index, configuration);
            }
        }

        if (!TryApply(lane))
        {
            Refuse(work, RaftErrorCode.Poisoned, Failed);
            return;
        }

        _applied = end;
        lane.Applied = last.Id;
        lane.TimeTicks = last.TimeTicks;
        for (var i = 0; i < _commands.Count; i++)
        {
            _waiters[i]?.Settle(
                new ApplyResult(_commands[i].Position, _context.ResultOf(i)), _completions);
        }

        Report(lane, end - first);
    }

    /// <summary>A state machine that throws stops its group on this store, never another group.</summary>
    private bool TryApply(ApplyLane lane)
    {
        var thrown = MachineCall.Try((lane.Machine, Worker: this), static given => given.Machine.Apply(
            given.Worker._context,
            System.Runtime.InteropServices.CollectionsMarshal.AsSpan(given.Worker._commands)));
        if (thrown is not null)
        {
            Poison(lane, $"the state machine threw at or above index {lane.Applied.Index + 1}: {thrown.Message}");
        }

        return thrown is null;
    }

    private void Poison(ApplyLane lane, string reason)
    {
        if (!lane.IsPoisoned)
        {
            lane.IsPoisoned = true;
            lane.Host.Mailbox.Complete(lane.Host.Slot, reason, static (slot, text) => slot.Poisoned(text));
            FailWaiting(lane, RaftErrorCode.Poisoned, Failed);
        }
    }

    /// <summary>
    /// The replica is gone, durably, and no other one of the group can be made here before this is reported.
    /// </summary>
    private void Delete(ApplyLane lane)
    {
        lane.IsPoisoned = true;
        FailWaiting(lane, RaftErrorCode.UnknownGroup, Gone);
        var thrown = MachineCall.Try((_machines, lane.Host.Group), static given => given._machines.Delete(given.Group));
        var remark = thrown is null
            ? string.Empty
            : $"group {lane.Host.Group}: what its state machine left could not be deleted: {thrown.Message}";
        lane.Host.Mailbox.Complete(lane.Host.Slot, remark, static (slot, text) => slot.MachineDeleted(text));
    }

    private void Refuse(ApplyWork work, RaftErrorCode code, string reason)
    {
        // Those before were answered.
        for (var i = _applied; i < work.Waiters.Count; i++)
        {
            work.Waiters[i]?.Fail(code, RequestOutcome.Unknown, reason, _completions);
        }

        foreach (var read in work.Reads)
        {
            read.Fail(code, RequestOutcome.NotApplied, reason, _completions);
        }

        work.SnapshotRequest?.Fail(code, RequestOutcome.NotApplied, reason, _completions);
    }

    private void FailWaiting(ApplyLane lane, RaftErrorCode code, string reason)
    {
        while (lane.WaitingReads.TryDequeue(out var read, out _))
        {
            read.Fail(code, RequestOutcome.NotApplied, reason, _completions);
        }

        foreach (var request in lane.SnapshotRequests)
        {
            request.Fail(code, RequestOutcome.NotApplied, reason, _completions);
        }

        lane.SnapshotRequests.Clear();
    }

    private void AnswerReads(ApplyLane lane)
    {
        while (lane.WaitingReads.TryPeek(out var read, out var index) && index <= lane.Applied.Index)
        {
            lane.WaitingReads.Dequeue();
            _readContext.Begin(lane.Applied);
            var thrown = MachineCall.Try((lane.Machine, _readContext, read.Payload), static given =>
                given.Machine.Read(given._readContext, given.Payload));
            if (thrown is null)
            {
                read.Settle(new ReadResult(lane.Applied, _readContext.Answer, _readContext.View), _completions);
            }
            else
            {
                FailRead(read, thrown);
            }
        }
    }

    /// <summary>It changed nothing, so nothing else is harmed.</summary>
    private void FailRead(PendingRequest read, Exception thrown)
    {
        if (_readContext.View is { } view)
        {
            MachineCall.Try(view, static frozen => frozen.Dispose());
        }

        read.Fail(
            RaftErrorCode.ReadFailed,
            RequestOutcome.NotApplied,
            $"the state machine threw at this read: {thrown.Message}",
            _completions);
    }

    private static void Report(ApplyLane lane, int entries) => lane.Host.Mailbox.Complete(
        lane.Host.Slot,
        (lane.Applied.Index, (long)entries),
        static (slot, applied) => slot.Applied(applied.Index, applied.Item2));
}
