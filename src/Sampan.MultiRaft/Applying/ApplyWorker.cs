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

    private readonly StoreOptions _options;
    private readonly MonotonicClock _clock;
    private readonly ICompletionQueue _completions;
    private readonly ISnapshotStorage _snapshots;
    private readonly SnapshotWorker _snapshotWorker;
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
        ISnapshotStorage snapshots,
        SnapshotWorker snapshotWorker,
        TimeSpan slice)
    {
        _options = options;
        _clock = clock;
        _completions = completions;
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
        if (work.End is { } code)
        {
            // Nothing is applied behind it, so nobody's index comes any more.
            work.Lane.IsPoisoned = true;
            FailWaitingReads(work.Lane, code, Ended);
        }

        if (work.SnapshotEnd != SnapshotEnd.None)
        {
            TakeSnapshotEnd(work);
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
        if (work.SnapshotRequest is not null)
        {
            BeginSnapshot(lane, work.SnapshotRequest);
        }
        else if (IsSnapshotDue(lane))
        {
            BeginSnapshot(lane, null);
        }
    }

    // Writing the whole state again and again would cost more than all else once the state is large: the log since the
    // last snapshot has to have grown with it, so that what snapshots write stays in proportion to what clients write.
    private bool IsSnapshotDue(ApplyLane lane) =>
        _options.SnapshotEntries > 0
        && lane.Applied.Index >= lane.LastSnapshotIndex + _options.SnapshotEntries
        && lane.BytesSinceSnapshot >= lane.SnapshotBytes / 100.0 * _options.SnapshotGrowthPercent;

    private void Install(ApplyLane lane, SnapshotMeta snapshot)
    {
        Invariant.Holds(snapshot.Last.Index >= lane.Applied.Index, snapshot.Last.Index, lane.Applied.Index);
        using (var source = _snapshots.Open(lane.Host.Group, snapshot.Last))
        {
            lane.Machine.Install(source);
            lane.SnapshotBytes = source.Files.Sum(file => file.LengthBytes);
        }

        lane.BytesSinceSnapshot = 0;

        lane.Applied = snapshot.Last;
        lane.TimeTicks = snapshot.TimeTicks;
        lane.Configuration = snapshot.Configuration;
        lane.LastSnapshotIndex = snapshot.Last.Index;
        lane.CompleteSnapshotIndex = snapshot.Last.Index;
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
        try
        {
            lane.Machine.Apply(
                _context, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_commands));
            return true;
        }
        catch (Exception exception) when (exception is not InvariantViolationException)
        {
            lane.IsPoisoned = true;
            var reason = $"the state machine threw at or above index {lane.Applied.Index + 1}: {exception.Message}";
            lane.Host.Mailbox.Complete(lane.Host.Slot, reason, static (slot, text) => slot.Poisoned(text));
            FailWaitingReads(lane, RaftErrorCode.Poisoned, Failed);
            return false;
        }
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

    private void FailWaitingReads(ApplyLane lane, RaftErrorCode code, string reason)
    {
        while (lane.WaitingReads.TryDequeue(out var read, out _))
        {
            read.Fail(code, RequestOutcome.NotApplied, reason, _completions);
        }
    }

    private void AnswerReads(ApplyLane lane)
    {
        while (lane.WaitingReads.TryPeek(out var read, out var index) && index <= lane.Applied.Index)
        {
            lane.WaitingReads.Dequeue();
            _readContext.Begin(lane.Applied);
            lane.Machine.Read(_readContext, read.Payload);
            var result = new ReadResult(lane.Applied, _readContext.Answer, _readContext.View);
            read.Settle(result, _completions);
        }
    }

    private void BeginSnapshot(ApplyLane lane, PendingRequest? request)
    {
        if (lane.Applied.Index == 0 || lane.Applied.Index == lane.LastSnapshotIndex || lane.IsSnapshotUnderWay)
        {
            request?.Settle(_completions);
            return;
        }

        var meta = new SnapshotMeta(lane.Applied, lane.Configuration, lane.TimeTicks);
        lane.LastSnapshotIndex = lane.Applied.Index;
        lane.BytesSinceSnapshot = 0;
        lane.IsSnapshotUnderWay = true;
        _snapshotWorker.Take(lane, lane.Machine.BeginSnapshot(), meta, request);
    }

    private void TakeSnapshotEnd(ApplyWork work)
    {
        var lane = work.Lane;
        switch (work.SnapshotEnd)
        {
            case SnapshotEnd.Succeeded:
                lane.IsSnapshotUnderWay = false;
                lane.SnapshotBytes = work.SnapshotBytes;
                lane.CompleteSnapshotIndex = Math.Max(lane.CompleteSnapshotIndex, lane.LastSnapshotIndex);
                break;
            case SnapshotEnd.Failed:
                lane.IsSnapshotUnderWay = false;
                break;
            case SnapshotEnd.TryAgain when !lane.IsPoisoned:
                lane.LastSnapshotIndex = lane.CompleteSnapshotIndex;
                BeginSnapshot(lane, null);
                break;
            default:
                break;
        }
    }

    private static void Report(ApplyLane lane, int entries) => lane.Host.Mailbox.Complete(
        lane.Host.Slot,
        (lane.Applied.Index, (long)entries),
        static (slot, applied) => slot.Applied(applied.Index, applied.Item2));
}
