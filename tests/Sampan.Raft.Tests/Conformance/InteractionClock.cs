using Sampan.Base;
using Sampan.Model;

namespace Sampan.Raft.Tests.Conformance;

/// <summary>
/// One node's time. The scripts count ticks, the core measures time, so ticks are turned into instants under which both
/// see the same. A node without leadership counts the ticks since its timer started. A leader of a script looks at its
/// quorum once in an election timeout, and at all that happened since it looked last; so the leader's time stands still
/// between two looks and leaps by nearly an election timeout at each. What a member answered since the last look is
/// then within an election timeout, and what it answered before that is not.
/// </summary>
internal sealed class InteractionClock
{
    // Beyond the start-up silence of a replica, which the scripts do not know.
    private static readonly TimeSpan Start = InteractionOptions.Tick * InteractionOptions.ElectionTicks * 4;

    private Instant _deadline;
    private Role _role;
    private ulong _term;
    private int _timeoutTicks = DefaultTimeoutTicks;
    private int _leaderTicks;

    // The scripts draw it from [3, 5] unless they set it. No script can rest on the draw; the upper end keeps quiet
    // longest.
    private const int DefaultTimeoutTicks = (2 * InteractionOptions.ElectionTicks) - 1;

    /// <summary>The present instant.</summary>
    public Instant Now { get; private set; } = Instant.Zero.After(Start);

    /// <summary>Ticks since the election timer was started.</summary>
    public int ElapsedTicks { get; private set; }

    /// <summary>Sets the ticks after which the node campaigns, until its role or term changes.</summary>
    public void SetTimeout(int ticks) => _timeoutTicks = ticks;

    /// <summary>
    /// Follows what a call did to the replica: a changed deadline means that its timer was started again.
    /// </summary>
    public void Follow(RaftReplica replica)
    {
        if (replica.Role != _role || replica.Term != _term)
        {
            _role = replica.Role;
            _term = replica.Term;
            _timeoutTicks = DefaultTimeoutTicks;
            _leaderTicks = 0;
            ElapsedTicks = 0;
        }

        if (replica.NextDeadline != _deadline)
        {
            _deadline = replica.NextDeadline;
            ElapsedTicks = 0;
        }
    }

    /// <summary>A tick at a node that does not lead; returns whether its timer fires.</summary>
    public bool TickFollower()
    {
        Now = Now.After(InteractionOptions.Tick);
        ElapsedTicks++;
        if (ElapsedTicks < _timeoutTicks)
        {
            return false;
        }

        ElapsedTicks = 0;
        return true;
    }

    /// <summary>A tick at a leader; returns whether an election timeout has passed.</summary>
    public bool TickLeader()
    {
        _leaderTicks++;
        if (_leaderTicks < InteractionOptions.ElectionTicks)
        {
            return false;
        }

        _leaderTicks = 0;
        return true;
    }

    /// <summary>Nearly an election timeout goes by.</summary>
    public void Leap()
    {
        var timeout = InteractionOptions.Tick * InteractionOptions.ElectionTicks;
        Now = Now.After(timeout - TimeSpan.FromMilliseconds(1));
    }
}
