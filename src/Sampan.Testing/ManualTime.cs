namespace Sampan.Testing;

/// <summary>
/// Time that a test moves by hand. The monotonic clock only goes forward; the wall clock goes with it and may be set
/// apart from it, back too, as an administrator would. Timers fire inside <see cref="Advance"/>, on its thread, in the
/// order of their times. Any thread.
/// </summary>
public sealed class ManualTime : TimeProvider
{
    // Guards all fields and those of the timers; nothing is called while it is held.
    private readonly Lock _guard = new();
    private readonly List<ManualTimer> _timers = [];
    private DateTimeOffset _utcNow;
    private long _ticks;

    /// <summary>A clock that stands at the monotonic origin, at the beginning of the year 2000.</summary>
    public ManualTime()
        : this(new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero))
    {
    }

    /// <summary>A clock that stands at the monotonic origin and shows a given wall time.</summary>
    public ManualTime(DateTimeOffset utcNow) => _utcNow = utcNow;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override long GetTimestamp()
    {
        // The guard of all fields; innermost.
        lock (_guard)
        {
            return _ticks;
        }
    }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        // The guard of all fields; innermost.
        lock (_guard)
        {
            return _utcNow;
        }
    }

    /// <summary>Sets the wall clock, and nothing else.</summary>
    public void SetUtcNow(DateTimeOffset utcNow)
    {
        // The guard of all fields; innermost.
        lock (_guard)
        {
            _utcNow = utcNow;
        }
    }

    /// <summary>
    /// Moves both clocks; timers that come due on the way fire when the clocks show their time. Time passes also while
    /// they run callbacks that advance it further.
    /// </summary>
    public void Advance(TimeSpan duration)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.Zero);
        var target = GetTimestamp() + duration.Ticks;
        while (TakeDue(target) is { } due)
        {
            due.Fire();
        }
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    // The next timer that is due by the target, with the clocks moved to its time; null once they show the target.
    private ManualTimer? TakeDue(long target)
    {
        // The guard of all fields; innermost.
        lock (_guard)
        {
            var due = _timers.Where(timer => timer.DueTicks <= target).MinBy(timer => timer.DueTicks);
            MoveTo(due is null ? target : Math.Max(due.DueTicks, _ticks));
            if (due is not null)
            {
                due.DueTicks += due.PeriodTicks;
                if (due.PeriodTicks == 0)
                {
                    _timers.Remove(due);
                }
            }

            return due;
        }
    }

    private void MoveTo(long ticks)
    {
        if (ticks > _ticks)
        {
            _utcNow += new TimeSpan(ticks - _ticks);
            _ticks = ticks;
        }
    }

    private sealed class ManualTimer(ManualTime time, Action callback) : ITimer
    {
        private bool _isDisposed;

        public long DueTicks { get; set; }

        public long PeriodTicks { get; private set; }

        public void Fire() => callback();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            // The guard of the clock that owns this timer; innermost.
            lock (time._guard)
            {
                time._timers.Remove(this);
                if (_isDisposed)
                {
                    return false;
                }

                PeriodTicks = Math.Max(0, period.Ticks);
                if (dueTime >= TimeSpan.Zero)
                {
                    DueTicks = time._ticks + dueTime.Ticks;
                    time._timers.Add(this);
                }

                return true;
            }
        }

        public void Dispose()
        {
            // The guard of the clock that owns this timer; innermost.
            lock (time._guard)
            {
                _isDisposed = true;
                time._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
