using Sampan.Base;
using Sampan.Model;
using Sampan.Raft;
using Sampan.Raft.Events;

namespace Sampan.Simulation.Checks;

/// <summary>Who leads which term, by whose votes, and how roles follow each other.</summary>
internal sealed class ElectionChecker
{
    private readonly GroupHistory _history;

    /// <summary>The checker of a group.</summary>
    public ElectionChecker(GroupHistory history) => _history = history;

    /// <summary>An event of a replica, at its local time.</summary>
    public void Happened(ReplicaTrack track, RaftEvent happened, Instant at)
    {
        if (happened.Kind == RaftEventKind.LogTruncated && track.Role == Role.Leader
            && happened.Role == Role.Leader)
        {
            _history.Fail("I-21", $"{track} truncated its own log at {happened.Index} while it led");
        }

        if (happened.Kind != RaftEventKind.RoleChanged)
        {
            return;
        }

        if (happened.Leader != ReplicaId.None)
        {
            var known = _history.Lead(happened.Term, happened.Leader);
            if (known != happened.Leader)
            {
                _history.Fail(
                    "I-01", $"{track} follows {happened.Leader} in term {happened.Term}, others follow {known}");
            }
        }

        Step(track, happened.Role);
        if (happened.Role == Role.Leader && happened.Leader == track.Replica)
        {
            _history.Elected(happened.Term, at);
        }
    }

    /// <summary>A replica was seen that leads.</summary>
    public void SeenLeading(ReplicaTrack track, RaftReplica core, RaftStatus status)
    {
        var term = status.HardState.Term;
        if (track.Seen is { Role: Role.Leader } before && before.HardState.Term == term)
        {
            return;
        }

        var committed = _history.CommittedBefore(term);
        if (committed.Index > status.LastIndex
            || (core.TryGetTerm(committed.Index, out var found) && committed.Term > 0 && found != committed.Term))
        {
            _history.Fail(
                "I-04", $"{track} leads term {term} with a log up to {status.LastIndex}; {committed} is committed");
        }

        // The newest configuration when it was elected is the one before what it appended since.
        var configuration = status.Configuration.Configuration;
        if (!Quorums.IsQuorum(configuration, voter => _history.VoteOf(term, voter) == track.Replica)
            && !WasElectedBefore(track, core, status))
        {
            _history.Fail("I-11", $"{track} leads term {term} without a quorum of durable votes in {configuration}");
        }
    }

    // Elected, and another configuration appended, within one round.
    private bool WasElectedBefore(ReplicaTrack track, RaftReplica core, RaftStatus status) =>
        status.Configuration.Index > 0
        && Quorums.IsQuorum(
            core.ConfigurationAt(status.Configuration.Index - 1).Configuration,
            voter => _history.VoteOf(status.HardState.Term, voter) == track.Replica);

    private void Step(ReplicaTrack track, Role role)
    {
        var isLegal = role switch
        {
            Role.Leader => track.Role is Role.Candidate or Role.Leader,
            Role.Candidate or Role.PreCandidate => track.Role != Role.Leader,
            _ => true,
        };
        if (!isLegal)
        {
            _history.Fail("I-22", $"{track} became {role} from {track.Role}");
        }

        track.Role = role;
    }
}
