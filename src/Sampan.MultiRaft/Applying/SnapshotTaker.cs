using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Snapshots;

namespace Sampan.MultiRaft.Applying;

/// <summary>
/// Decides when a state machine's state is frozen to be written as a snapshot, and has it frozen. Apply worker only.
/// </summary>
internal sealed class SnapshotTaker
{
    private readonly StoreOptions _options;
    private readonly ICompletionQueue _completions;
    private readonly SnapshotWorker _snapshotWorker;

    /// <summary>Gives frozen states to <paramref name="snapshotWorker"/>.</summary>
    public SnapshotTaker(StoreOptions options, ICompletionQueue completions, SnapshotWorker snapshotWorker)
    {
        _options = options;
        _completions = completions;
        _snapshotWorker = snapshotWorker;
    }

    /// <summary>Takes news of a lane's snapshots.</summary>
    public void Hear(ApplyWork work)
    {
        var lane = work.Lane;
        switch (work.SnapshotEnd)
        {
            case SnapshotEnd.Succeeded:
                lane.IsSnapshotUnderWay = false;
                lane.IsSnapshotHeldBack = false;
                if (work.SnapshotIndex > lane.CompleteSnapshotIndex)
                {
                    lane.CompleteSnapshotIndex = work.SnapshotIndex;
                    lane.SnapshotBytes = work.SnapshotBytes;
                }

                break;
            case SnapshotEnd.Failed:
                lane.IsSnapshotUnderWay = false;
                lane.IsSnapshotHeldBack = true;
                break;
            case SnapshotEnd.TryAgain when lane.IsPoisoned:
                _snapshotWorker.NeedsNone(lane);
                break;
            case SnapshotEnd.TryAgain:
                lane.IsSnapshotHeldBack = false;
                lane.WantedSnapshotIndex = lane.Applied.Index;
                break;
            case SnapshotEnd.Unreadable when work.SnapshotIndex == lane.CompleteSnapshotIndex:
                lane.CompleteSnapshotIndex = 0;
                lane.WantedSnapshotIndex = lane.Applied.Index;
                break;
            default:
                break;
        }
    }

    /// <summary>
    /// After every work: begins a snapshot if one is due, wanted or asked for; returns what the state machine threw, or
    /// null.
    /// </summary>
    public Exception? MaybeBegin(ApplyWork work)
    {
        var lane = work.Lane;
        if (work.SnapshotRequest is not null)
        {
            // Bounded with all requests of doors; it is answered with the next one that is begun.
            lane.SnapshotRequests.Add(work.SnapshotRequest);
        }

        lane.WantedSnapshotIndex = Math.Max(lane.WantedSnapshotIndex, work.SnapshotWanted);
        if (lane.CompleteSnapshotIndex >= lane.Applied.Index)
        {
            // There is nothing newer to take.
            Settle(lane);
        }

        var thrown = !lane.IsSnapshotUnderWay && IsDue(lane) ? Begin(lane) : null;
        if (work.SnapshotEnd == SnapshotEnd.TryAgain && !lane.IsSnapshotUnderWay)
        {
            _snapshotWorker.NeedsNone(lane);
        }

        return thrown;
    }

    private bool IsDue(ApplyLane lane)
    {
        if (lane.CompleteSnapshotIndex >= lane.Applied.Index || lane.Configuration.Index > lane.Applied.Index)
        {
            return false;
        }

        var isWanted = lane.WantedSnapshotIndex > lane.CompleteSnapshotIndex;
        return lane.SnapshotRequests.Count > 0 || (!lane.IsSnapshotHeldBack && (isWanted || HasLogGrown(lane)));
    }

    // Writing the whole state again and again would cost more than all else once the state is large: the log since the
    // last snapshot has to have grown with it, so that what snapshots write stays in proportion to what clients write.
    private bool HasLogGrown(ApplyLane lane) =>
        _options.SnapshotEntries > 0
        && lane.Applied.Index >= lane.LastSnapshotIndex + _options.SnapshotEntries
        && lane.BytesSinceSnapshot >= lane.SnapshotBytes / 100.0 * _options.SnapshotGrowthPercent;

    private Exception? Begin(ApplyLane lane)
    {
        ISnapshotWriter? writer = null;
        var thrown = MachineCall.Try(lane.Machine, machine => writer = machine.BeginSnapshot()
            ?? throw new InvalidOperationException("it returned nothing"));
        if (thrown is not null)
        {
            return thrown;
        }

        Invariant.Holds(writer is not null);
        Invariant.Holds(lane.Configuration.Index <= lane.Applied.Index, lane.Configuration.Index, lane.Applied.Index);
        var meta = new SnapshotMeta(lane.Applied, lane.Configuration, lane.TimeTicks);
        lane.LastSnapshotIndex = lane.Applied.Index;
        lane.BytesSinceSnapshot = 0;
        lane.WantedSnapshotIndex = 0;
        lane.IsSnapshotUnderWay = true;
        _snapshotWorker.Take(new SnapshotJob(lane, writer, meta, lane.SnapshotRequests.ToArray()));
        lane.SnapshotRequests.Clear();
        return null;
    }

    private void Settle(ApplyLane lane)
    {
        foreach (var request in lane.SnapshotRequests)
        {
            request.Settle(_completions);
        }

        lane.SnapshotRequests.Clear();
        lane.WantedSnapshotIndex = 0;
    }
}
