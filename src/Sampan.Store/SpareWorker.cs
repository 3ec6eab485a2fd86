using Sampan.Base;
using Sampan.MultiRaft;
using Sampan.Storage.Log;

namespace Sampan.Store;

/// <summary>
/// Keeps spare segments of the log ready, so that an append never makes one: a step at a time, and again whenever the
/// log has begun a segment. It looks from time to time, since nobody tells it; on a full disk less often, since each
/// attempt fills what is left for a moment.
/// </summary>
internal sealed class SpareWorker : IWorker
{
    private const int PatienceWhenFull = 10;

    private readonly SegmentedLog _log;
    private readonly TimeProvider _time;
    private readonly TimeSpan _interval;
    private readonly IStoreEvents _events;
    private bool _wasFull;

    /// <summary>A worker for a log that looks at it once an interval.</summary>
    public SpareWorker(SegmentedLog log, TimeProvider time, TimeSpan interval, IStoreEvents events)
    {
        _log = log;
        _time = time;
        _interval = interval;
        _events = events;
    }

    /// <inheritdoc/>
    public string Name => "log-spares";

    /// <inheritdoc/>
    public Instant RunOnce()
    {
        var status = _log.PrepareSpares();
        Tell();
        return status switch
        {
            SpareStatus.Working => Instant.Zero,
            SpareStatus.NoSpace => Now.After(_interval * PatienceWhenFull),
            _ => Now.After(_interval),
        };
    }

    // As the host's workers count: the clock's time since its origin.
    private Instant Now => new(_time.GetElapsedTime(0, _time.GetTimestamp()).Ticks);

    private void Tell()
    {
        if (_log.MustSpareRoom == _wasFull)
        {
            return;
        }

        _wasFull = !_wasFull;
        _events.OnRemark(_wasFull
            ? "the disk has no room for another segment of the log: proposals are refused, and entries wait, until "
                + "there is room; what is left is for terms and votes"
            : "the disk has room for the log again: proposals are taken");
    }
}
