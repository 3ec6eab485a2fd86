using Sampan.Base;
using Sampan.Model;

namespace Sampan.Raft.Elections;

/// <summary>
/// When a replica without a leader campaigns. After contact: T and a random part of a quarter of T. After each failed
/// round the spread doubles, up to T, and the wait is that spread alone: T has been waited for already. The narrow
/// first spread keeps the failover near T; the doubling settles split votes.
/// </summary>
internal sealed class ElectionTimer
{
    private readonly Prng _prng;
    private readonly TimeSpan _timeout;
    private readonly TimeSpan _firstSpread;
    private TimeSpan _spread;
    private int _targetPriority;
    private int _missedRounds;

    /// <summary>A timer that has not been started.</summary>
    public ElectionTimer(TimeSpan timeout, Prng prng)
    {
        _prng = prng;
        _timeout = timeout;
        _firstSpread = timeout / 4;
        _spread = _firstSpread;
    }

    /// <summary>When it fires next.</summary>
    public Instant Deadline { get; private set; } = Instant.Never;

    /// <summary>A leader was heard, or a vote was granted.</summary>
    public void Restart(Instant now)
    {
        _spread = _firstSpread;
        Deadline = now.After(_timeout + _prng.NextBelow(_spread));
    }

    /// <summary>There never was a leader to wait for: only the random part.</summary>
    public void StartSoon(Instant now) => Deadline = now.After(_prng.NextBelow(_spread));

    /// <summary>Fires at the next tick.</summary>
    public void StartNow(Instant now) => Deadline = now;

    /// <summary>A round began; it has failed if it is not decided within the present spread.</summary>
    public void RoundStarted(Instant now) => Deadline = now.After(_spread);

    /// <summary>A round ended without a leader.</summary>
    public void RoundFailed(Instant now)
    {
        _spread = TimeSpan.FromTicks(Math.Min(_spread.Ticks * 2, _timeout.Ticks));
        Deadline = now.After(_prng.NextBelow(_spread));
    }

    /// <summary>Those with a higher priority go first: they have all fired within a first spread.</summary>
    public void YieldToOthers(Instant now) => Deadline = now.After(_firstSpread + _prng.NextBelow(_spread));

    /// <summary>No deadline: this replica may not campaign, or leads.</summary>
    public void Stop() => Deadline = Instant.Never;

    /// <summary>A leader is there, or the configuration changed: the highest priority is waited for again.</summary>
    public void ResetPriority(Configuration configuration)
    {
        _targetPriority = configuration.HighestPriority();
        _missedRounds = 0;
    }

    /// <summary>
    /// Whether a voter of this priority campaigns now (SOFAJRaft's priority election). 0 never does. One below the
    /// target sits its first round out; after each second one the target falls by a fifth, at least by 10, down to 1.
    /// </summary>
    public bool MayCampaign(int priority)
    {
        if (priority <= 0)
        {
            return false;
        }

        if (priority >= _targetPriority)
        {
            return true;
        }

        _missedRounds++;
        if (_missedRounds == 1)
        {
            return false;
        }

        _missedRounds = 0;
        _targetPriority = Math.Max(1, _targetPriority - Math.Max(10, _targetPriority / 5));
        return priority >= _targetPriority;
    }
}
