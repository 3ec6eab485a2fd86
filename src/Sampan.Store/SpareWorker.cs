using Sampan.Base;
using Sampan.Storage.Log;

namespace Sampan.Store;

/// <summary>
/// Keeps spare segments of the log ready, so that an append never makes one: a step at a time, and again whenever the
/// log has begun a segment. It looks from time to time, since nobody tells it.
/// </summary>
internal sealed class SpareWorker : IWorker
{
    private readonly SegmentedLog _log;
    private readonly TimeProvider _time;
    private readonly TimeSpan _interval;

    /// <summary>A worker for a log that looks at it once an interval.</summary>
    public SpareWorker(SegmentedLog log, TimeProvider time, TimeSpan interval)
    {
        _log = log;
        _time = time;
        _interval = interval;
    }

    /// <inheritdoc/>
    public string Name => "log-spares";

    /// <inheritdoc/>
    public Instant RunOnce() =>
        _log.PrepareSpares() == SpareStatus.Working ? Instant.Zero : Now.After(_interval);

    // As the host's workers count: the clock's time since its origin.
    private Instant Now => new(_time.GetElapsedTime(0, _time.GetTimestamp()).Ticks);
}
