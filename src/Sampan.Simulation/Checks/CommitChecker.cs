using Sampan.Base;
using Sampan.Model;
using Sampan.Raft;

namespace Sampan.Simulation.Checks;

/// <summary>What is committed, and that no future leader can be without it.</summary>
internal sealed class CommitChecker
{
    private readonly GroupHistory _history;
    private Configuration? _inForce;

    /// <summary>The checker of a group.</summary>
    public CommitChecker(GroupHistory history) => _history = history;

    /// <summary>A replica was seen.</summary>
    public void Seen(ReplicaTrack track, RaftReplica core, RaftStatus status)
    {
        SeenOrder(track, status);
        SeenEnd(track, core, status);
        var before = _history.Committed;
        Compare(track, core, status);
        if (_history.Committed.Index > before.Index)
        {
            Advanced(track, core, status);
        }
    }

    /// <summary>What a leader believes its members hold (I-13).</summary>
    public void SeenProgress(ReplicaTrack track, RaftReplica core, RaftStatus status)
    {
        if (track.MatchTerm != status.HardState.Term)
        {
            track.Matches.Clear();
            track.MatchTerm = status.HardState.Term;
        }

        foreach (var member in status.Progress)
        {
            var former = track.Matches.GetValueOrDefault(member.Replica);
            if (member.Match < former || member.Next <= member.Match)
            {
                _history.Fail(
                    "I-13", $"{track} believes that {member.Replica} matches {member.Match}, next {member.Next}; "
                    + $"before it was {former}");
            }

            track.Matches[member.Replica] = member.Match;
            // One that was removed is gone with all that it had acknowledged.
            if (member.Match > former && _history.Tracks.TryGetValue(member.Replica, out var other)
                && other.Image.Replica == member.Replica
                && core.TryGetTerm(member.Match, out var term) && !other.Image.Covers(new LogId(term, member.Match)))
            {
                _history.Fail(
                    "I-13", $"{track} believes that {other} holds {term}/{member.Match}; its disk holds "
                    + $"{other.Image.Base} to {other.Image.Last}");
            }
        }
    }

    /// <summary>
    /// Whoever could be elected by the rule of the longer log, under the configuration in which something was committed
    /// last, holds everything committed (I-07). Asked when something is committed, and when a log ends in a later term.
    /// </summary>
    public void CheckElectable()
    {
        var committed = _history.Committed;
        if (_inForce is not { } configuration || committed.Index == 0 || committed.Term == 0)
        {
            return;
        }

        foreach (var (candidate, track) in _history.Tracks)
        {
            if (track.IsLost || !configuration.IsVoter(candidate) || track.Image.Replica == ReplicaId.None
                || track.Image.Covers(committed))
            {
                continue;
            }

            var last = track.Image.Last;
            if (Quorums.IsQuorum(configuration, voter => MayVoteFor(voter, last)))
            {
                _history.Fail(
                    "I-07", $"{track} does not hold {committed}, which is committed, and could be elected with a log "
                    + $"that ends at {last}");
            }
        }
    }

    private bool MayVoteFor(ReplicaId voter, LogId last) => _history.Tracks.TryGetValue(voter, out var track)
        && !track.IsLost && track.Image.Replica != ReplicaId.None && last >= track.Image.Last;

    private void SeenOrder(ReplicaTrack track, RaftStatus status)
    {
        var (commit, applied) = (status.HardState.Commit, status.AppliedIndex);
        if (applied > commit || commit > status.LastIndex || status.FirstIndex > status.LastIndex + 1
            || status.DurableIndex > status.LastIndex)
        {
            _history.Fail(
                "I-09", $"{track}: applied {applied}, commit {commit}, durable {status.DurableIndex}, log "
                + $"{status.FirstIndex} to {status.LastIndex}");
        }

        var before = track.Seen?.HardState ?? default;
        var now = status.HardState;
        if (now.Term < before.Term || now.Commit < before.Commit
            || (now.Term == before.Term && before.Vote != ReplicaId.None && now.Vote != before.Vote))
        {
            _history.Fail("I-20", $"{track} went from {before} to {now}");
        }

        if (now.Term < track.Image.HardState.Term)
        {
            _history.Fail("I-20", $"{track} is in {now}, its disk in {track.Image.HardState}");
        }
    }

    private void SeenEnd(ReplicaTrack track, RaftReplica core, RaftStatus status)
    {
        // An entry of an earlier term is committed by one of the leader's own term behind it, never by counting.
        if (status.Role == Role.Leader && track.Seen is { Role: Role.Leader } last
            && last.HardState.Term == status.HardState.Term && status.HardState.Commit > last.HardState.Commit
            && core.TryGetTerm(status.HardState.Commit, out var committed) && committed != status.HardState.Term)
        {
            _history.Fail(
                "I-06", $"{track} leads term {status.HardState.Term} and commits up to {committed}/"
                + $"{status.HardState.Commit}");
        }

        if (core.TryGetTerm(status.LastIndex, out var term) && term > 0
            && _history.Leaders.TryGetValue(term, out var leader) && leader != track.Replica
            && _history.Tracks.TryGetValue(leader, out var leading) && leading.IsLeading
            && leading.Core?.Term == term && leading.Core.Status.LastIndex < status.LastIndex)
        {
            _history.Fail(
                "I-05", $"{track} has {term}/{status.LastIndex}, beyond the log of that term's leader, {leading}");
        }
    }

    private void Compare(ReplicaTrack track, RaftReplica core, RaftStatus status)
    {
        var commit = status.HardState.Commit;
        for (var index = Math.Max(track.ComparedTo + 1, status.FirstIndex - 1); index <= commit; index++)
        {
            if (index == 0 || !core.TryGetTerm(index, out var term))
            {
                continue;
            }

            if (_history.TryGetCommitted(index, out var known) && known > 0 && known != term)
            {
                _history.Fail(
                    "I-02", $"{track} takes {term}/{index} for committed, others {known}/{index}");
            }

            _history.Commit(new LogId(term, index), status.HardState.Term);
        }

        track.ComparedTo = Math.Max(track.ComparedTo, commit);
    }

    private void Advanced(ReplicaTrack track, RaftReplica core, RaftStatus status)
    {
        var committed = _history.Committed;
        var configuration = status.Configuration.Configuration;
        if (!Quorums.IsQuorum(configuration, voter => Holds(voter, committed))
            && !WasQuorumBefore(track, core, status, committed))
        {
            _history.Fail(
                "I-06", $"{track} takes {committed} for committed; not held durably by a quorum of {configuration}: "
                + Describe());
        }

        _inForce = configuration;
        CheckElectable();
    }

    // Committed, and another configuration appended behind it, since it was seen before.
    private bool WasQuorumBefore(ReplicaTrack track, RaftReplica core, RaftStatus status, LogId committed)
    {
        var newest = status.Configuration.Index;
        return newest > committed.Index && newest > (track.Seen?.Configuration.Index ?? 0)
            && Quorums.IsQuorum(
                core.ConfigurationAt(newest - 1).Configuration, voter => Holds(voter, committed));
    }

    private bool Holds(ReplicaId voter, LogId id) =>
        _history.Tracks.TryGetValue(voter, out var track) && track.Image.Covers(id);

    private string Describe() => string.Join(
        ", ", _history.Tracks.Values.Select(track => $"{track} {track.Image.Base} to {track.Image.Last}"));
}
