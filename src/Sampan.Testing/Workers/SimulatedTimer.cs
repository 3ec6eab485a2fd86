using Sampan.Base;

namespace Sampan.Testing.Workers;

/// <summary>A timer of a simulated process: it fires as an event while the process lives.</summary>
internal sealed class SimulatedTimer(SimulatedProcess process, Action callback) : ITimer
{
    private ulong _plan;
    private TimeSpan _period;
    private bool _isDisposed;

    /// <inheritdoc/>
    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        _plan++;
        _period = period;
        if (!_isDisposed && dueTime >= TimeSpan.Zero)
        {
            PlanAfter(dueTime);
        }

        return !_isDisposed;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isDisposed = true;
        _plan++;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private void PlanAfter(TimeSpan duration)
    {
        var plan = _plan;
        var due = new Instant(process.Clock.GetTimestamp()).After(duration);
        var at = Instant.Max(process.Clock.ToTimeline(due), process.Now);
        process.Timeline.Schedule(at, () =>
        {
            if (plan != _plan || !process.IsAlive)
            {
                return;
            }

            if (_period > TimeSpan.Zero)
            {
                PlanAfter(_period);
            }

            callback();
        });
    }
}
