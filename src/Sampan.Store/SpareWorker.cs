using Sampan.Base;
using Sampan.MultiRaft;
using Sampan.Storage.Log;

namespace Sampan.Store;

/// <summary>
/// Keeps spare segments of the log ready, so that an append never makes one: a step at a time, and again whenever the
/// log has begun a segment. It looks from time to time, since nobody tells it.
/// </summary>
internal sealed class SpareWorker : IWorker
{
    private readonly SegmentedLog _log;
    private readonly MonotonicClock _clock;
    private readonly TimeSpan _interval;

    /// <summary>A worker for a log that looks at it once an interval.</summary>
    public SpareWorker(SegmentedLog log, MonotonicClock clock, TimeSpan interval)
    {
        _log = log;
        _clock = clock;
        _interval = interval;
    }

    /// <inheritdoc/>
    public string Name => "log-spares";

    /// <inheritdoc/>
    public Instant RunOnce() =>
        _log.PrepareSpares() == SpareStatus.Working ? Instant.Zero : _clock.Now.After(_interval);
}
