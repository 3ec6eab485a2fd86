using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Events;
using Sampan.Raft.Quorum;

namespace Sampan.Raft;

/// <content>Elections (dissertation, 3.4, 4.2.3, 9.6): who campaigns when, who votes, who refuses.</content>
public sealed partial class RaftReplica
{
    /// <summary>Campaigns as if the election timer had fired; nothing if this replica may not.</summary>
    internal void Campaign(Instant now)
    {
        _standing.Advance(now);
        if (!_standing.IsLeader && IsPromotable())
        {
            StartRound();
        }
    }

    /// <summary>Forgets the leader and the contact with it, so that votes are no longer refused for its sake.</summary>
    internal void ForgetLeader()
    {
        if (_standing.Role == Role.Follower)
        {
            _contact.Forget();
            SetLeader(ReplicaId.None);
        }
    }

    private void StartTimer(Instant now)
    {
        if (LeadsAloneForSure())
        {
            _timer.StartNow(now);
        }
        else if (_standing.Term > 0)
        {
            _timer.Restart(now.After(_contact.SilenceLength - _options.ElectionTimeout));
        }
        else
        {
            _timer.StartSoon(now);
        }
    }

    /// <summary>A leader with a quorum is in contact with itself; an only voter protects no lease.</summary>
    private bool RefusesVotes() =>
        IsSilent() || (_protocol is { CheckQuorum: true, Stickiness: true }
            && (_standing.IsLeader || _contact.IsFresh(_standing.Now)));

    /// <summary>
    /// A campaign that the leader asked for needs no respect for contact with it. Silence covers it while leases are
    /// on: what was forgotten at the start may be a contact with a later leader.
    /// </summary>
    private bool RefusesVote(Message message) =>
        message.IsTransfer ? _options.LeaseReads && IsSilent() : RefusesVotes();

    private bool IsSilent() => !LeadsAloneForSure() && _contact.IsSilent(_standing.Now);

    /// <summary>Whether this replica was ever a member as far as it knows; a stranger votes for nobody (A14).</summary>
    private bool MayVote() => _removals.WasMember && !_removals.IsRemoved;

    private bool IsOnlyVoter()
    {
        var configuration = _history.Newest.Configuration;
        return !configuration.IsJoint && configuration.Voters.Length == 1
            && configuration.Voters[0] == _options.Replica;
    }

    /// <summary>
    /// An only voter protects no lease but its own, provided that this is committed: until then a leader that is on its
    /// way out may still answer reads on the strength of what this replica promised before it restarted.
    /// </summary>
    private bool LeadsAloneForSure() => IsOnlyVoter() && _history.Newest.Index <= _log.Commit;

    /// <summary>
    /// A voter of the newest configuration may campaign, and also one that a configuration not yet committed removes:
    /// its help may be needed to commit just that (A12).
    /// </summary>
    private bool IsPromotable()
    {
        if (_removals.IsRemoved || _follower.NeedSnapshotIndex > 0 || _persist.Snapshot is not null)
        {
            return false;
        }

        return _history.Newest.Configuration.IsVoter(_options.Replica)
            || _history.At(_log.Commit).Configuration.IsVoter(_options.Replica);
    }

    private void ElectionDue()
    {
        if (_roundOpen)
        {
            // Undecided in time. The role stays, so that late ballots of this very term still count.
            _roundOpen = false;
            _outbox.Emit(RaftEventKind.CampaignFailed);
            _timer.RoundFailed(_standing.Now);
            return;
        }

        SetLeader(ReplicaId.None);
        if (!IsPromotable() || IsSilent())
        {
            _timer.Restart(_standing.Now);
            _removals.Lonely();
            return;
        }

        if (!_timer.MayCampaign(OwnPriority()))
        {
            _timer.YieldToOthers(_standing.Now);
            _removals.Lonely();
            return;
        }

        StartRound();
    }

    private int OwnPriority() =>
        _history.Newest.Configuration.TryGetMember(_options.Replica, out var member)
            ? member.Priority
            : Member.DefaultPriority;

    private void StartRound()
    {
        if (_protocol.PreVote)
        {
            StartPreVote();
        }
        else
        {
            StartVote(isTransfer: false);
        }
    }

    private void StartPreVote()
    {
        BecomeCandidate(Role.PreCandidate);
        _tally.Record(_options.Replica, granted: true);
        if (_tally.Result(_history.Newest.Configuration) == VoteResult.Won)
        {
            StartVote(isTransfer: false);
            return;
        }

        _outbox.AskForVotes(_history.Newest, MessageKind.PreVote, _standing.Term + 1, isTransfer: false);
    }

    private void StartVote(bool isTransfer)
    {
        Invariant.Holds(!_standing.IsLeader);
        _standing.Term++;
        _standing.Vote = _options.Replica;
        _persist.DropHeld();
        BecomeCandidate(Role.Candidate);
        _outbox.AskForVotes(_history.Newest, MessageKind.Vote, _standing.Term, isTransfer);
    }

    private void BecomeCandidate(Role role)
    {
        _standing.Role = role;
        SetLeader(ReplicaId.None);
        _tally.Clear();
        _roundOpen = true;
        _timer.RoundStarted(_standing.Now);
        _outbox.Emit(RaftEventKind.RoleChanged);
    }

    /// <summary>A candidate's own vote counts when it is durable, like everybody's.</summary>
    private void CountOwnVote()
    {
        if (_persist.IsDurable(_standing.Term, _options.Replica))
        {
            _tally.Record(_options.Replica, granted: true);
            DecideVote();
        }
    }

    /// <summary>Answers without changing anything here: not the term, not the vote, no timer (A7).</summary>
    private void HandlePreVote(Message message)
    {
        if (!MayVote() || _removals.Answer(message, _log.Commit))
        {
            return;
        }

        var mayVote = message.Term > _standing.Term
            || (message.Term == _standing.Term && (_standing.Vote == message.From
                || (_standing.Vote == ReplicaId.None && _standing.Leader == ReplicaId.None)));
        var granted = mayVote && !RefusesVotes() && _log.IsUpToDate(new LogId(message.LogTerm, message.Index));
        _outbox.AnswerPreVote(message, granted);
    }

    private void HandlePreVoteResponse(Message message)
    {
        if (!message.Reject && message.Term != _standing.Term + 1)
        {
            return;
        }

        _tally.Record(message.From, !message.Reject);
        switch (_tally.Result(_history.Newest.Configuration))
        {
            case VoteResult.Won:
                StartVote(isTransfer: false);
                break;
            case VoteResult.Lost:
                LoseRound();
                break;
            default:
                break;
        }
    }

    private void HandleVote(Message message)
    {
        if (!MayVote() || _removals.Answer(message, _log.Commit))
        {
            return;
        }

        // The same candidate may ask again: its answer was lost (A10).
        var mayVote = _standing.Vote == message.From
            || (_standing.Vote == ReplicaId.None && _standing.Leader == ReplicaId.None);
        var refuses = _standing.Vote != message.From && RefusesVote(message);
        var granted = mayVote && !refuses && _log.IsUpToDate(new LogId(message.LogTerm, message.Index));
        if (granted)
        {
            if (_standing.Role == Role.PreCandidate)
            {
                BecomeFollower(_standing.Term, ReplicaId.None);
            }

            Invariant.Holds(_standing.Role == Role.Follower);
            if (_standing.Vote != message.From)
            {
                // Only a new vote moves the timer: a repeated request must not shorten a wait that a lease rests on.
                _standing.Vote = message.From;
                _timer.YieldToOthers(_standing.Now);
            }
        }

        _outbox.SendClaim(_outbox.Plain(MessageKind.VoteResponse, message.From, 0, reject: !granted));
    }

    private void HandleVoteResponse(Message message)
    {
        _tally.Record(message.From, !message.Reject);
        DecideVote();
    }

    private void DecideVote()
    {
        Invariant.Holds(_standing.Role == Role.Candidate);
        switch (_tally.Result(_history.Newest.Configuration))
        {
            case VoteResult.Won:
                // Ballots of others may come back before the own one is durable; a leader that forgets its own vote
                // could vote again in its term (A3).
                if (_persist.IsDurable(_standing.Term, _options.Replica))
                {
                    BecomeLeader();
                }

                break;
            case VoteResult.Lost:
                LoseRound();
                break;
            default:
                break;
        }
    }

    private void LoseRound()
    {
        _standing.Role = Role.Follower;
        _roundOpen = false;
        _outbox.Emit(RaftEventKind.CampaignFailed);
        _outbox.Emit(RaftEventKind.RoleChanged);
        _timer.RoundFailed(_standing.Now);
    }

    private void HandleTimeoutNow()
    {
        if (!IsPromotable() || OwnPriority() == 0 || (_options.LeaseReads && IsSilent()))
        {
            return;
        }

        StartVote(isTransfer: true);
    }

    private void BecomeFollower(ulong term, ReplicaId leader)
    {
        Invariant.Holds(term >= _standing.Term, term, _standing.Term);
        var was = _standing.Role;
        if (was == Role.Leader)
        {
            LeaveLeadership();
        }

        if (term > _standing.Term)
        {
            _standing.Term = term;
            _standing.Vote = ReplicaId.None;
            _persist.DropHeld();
        }

        _standing.Role = Role.Follower;
        _roundOpen = false;
        if (was is Role.Candidate or Role.PreCandidate)
        {
            _timer.RoundFailed(_standing.Now);
        }
        else if (was == Role.Leader)
        {
            _timer.Restart(_standing.Now);
            // A leader may have committed its own removal and be deposed before it handed over (C14).
            _removals.Committed(_log.Commit, _log.Commit);
        }

        SetLeader(leader);
        _outbox.Emit(RaftEventKind.RoleChanged);
    }

    private void SetLeader(ReplicaId leader)
    {
        if (leader == _standing.Leader)
        {
            return;
        }

        _standing.Leader = leader;
        _reads.LeaderChanged();
        if (leader != ReplicaId.None)
        {
            _timer.ResetPriority(_history.Newest.Configuration);
        }

        _outbox.Emit(RaftEventKind.RoleChanged);
    }
}
