using Sampan.Base;
using Sampan.Raft;

namespace Sampan.Simulation.Checks;

/// <summary>While reads may rest on a leader's lease nobody leads a later term (I-18).</summary>
internal sealed class LeaseChecker
{
    private readonly GroupHistory _history;
    private ulong _highestTerm;

    /// <summary>The checker of a group.</summary>
    public LeaseChecker(GroupHistory history) => _history = history;

    /// <summary>A leader was seen.</summary>
    public void SeenLeading(ReplicaTrack track, RaftStatus status)
    {
        _highestTerm = Math.Max(_highestTerm, status.HardState.Term);
        if (status.LeaseEnd == Instant.Zero || track.Clock is not { } clock)
        {
            return;
        }

        for (var term = status.HardState.Term + 1; term <= _highestTerm; term++)
        {
            if (_history.LedFrom.TryGetValue(term, out var elected) && clock.ToLocal(elected) < status.LeaseEnd)
            {
                _history.Fail(
                    "I-18", $"{track} holds a lease in term {status.HardState.Term} until {status.LeaseEnd} of its "
                    + $"clock, and {_history.Leaders[term]} was elected in term {term} at {clock.ToLocal(elected)}");
            }
        }
    }
}
