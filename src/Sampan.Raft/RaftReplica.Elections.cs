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
        _now = Instant.Max(_now, now);
        if (_role != Role.Leader && IsPromotable())
        {
            StartRound();
        }
    }

    /// <summary>Forgets the leader and the contact with it, so that votes are no longer refused for its sake.</summary>
    internal void ForgetLeader()
    {
        if (_role == Role.Follower)
        {
            _hasContact = false;
            SetLeader(ReplicaId.None);
        }
    }

    private void StartTimer(Instant now)
    {
        if (IsOnlyVoter())
        {
            _timer.StartNow(now);
        }
        else if (_startedWithTerm)
        {
            _timer.Restart(now.After(SilenceLength() - _options.ElectionTimeout));
        }
        else
        {
            _timer.StartSoon(now);
        }
    }

    private TimeSpan SilenceLength() =>
        _options.StoredElectionTimeout > _options.ElectionTimeout
            ? _options.StoredElectionTimeout
            : _options.ElectionTimeout;

    /// <summary>
    /// After a start with a term, this replica may have forgotten a contact on which a leader's lease rests: it votes for
    /// nobody for one T (its own timer is at least that long, so this costs nothing).
    /// </summary>
    private bool IsSilent() =>
        _startedWithTerm && !IsOnlyVoter() && _now < _startedAt.After(SilenceLength());

    /// <summary>Whether a leader was heard within T; a leader that has its quorum is in contact with itself.</summary>
    private bool IsInContact()
    {
        if (_role == Role.Leader)
        {
            return true;
        }

        var inFirstPeriod = _now < _startedAt.After(SilenceLength());
        var timeout = inFirstPeriod ? SilenceLength() : _options.ElectionTimeout;
        return _hasContact && _now < _contact.After(timeout);
    }

    private bool RefusesVotes() => IsSilent() || (_protocol.CheckQuorum && IsInContact());

    /// <summary>Whether this replica was ever a member as far as it knows; a stranger votes for nobody (A14).</summary>
    private bool MayVote() => _wasMember && !IsRemoved;

    private bool IsOnlyVoter()
    {
        var configuration = _history.Newest.Configuration;
        return !configuration.IsJoint && configuration.Voters.Length == 1
            && configuration.Voters[0] == _options.Replica;
    }

    /// <summary>
    /// A voter of the newest configuration may campaign, and also one that a configuration not yet committed removes: its
    /// help may be needed to commit just that (A12).
    /// </summary>
    private bool IsPromotable()
    {
        if (IsRemoved || _needSnapshotIndex > 0 || _persist.Snapshot is not null)
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
            Emit(RaftEventKind.CampaignFailed);
            _timer.RoundFailed(_now);
            return;
        }

        SetLeader(ReplicaId.None);
        if (!IsPromotable())
        {
            _timer.Restart(_now);
            return;
        }

        if (!_timer.MayCampaign(OwnPriority()))
        {
            _timer.YieldToOthers(_now);
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

        AskForVotes(MessageKind.PreVote, _term + 1, isTransfer: false);
    }

    private void StartVote(bool isTransfer)
    {
        Invariant.Holds(_role != Role.Leader);
        _term++;
        _vote = _options.Replica;
        _persist.DropHeld();
        BecomeCandidate(Role.Candidate);
        AskForVotes(MessageKind.Vote, _term, isTransfer);
    }

    private void BecomeCandidate(Role role)
    {
        _role = role;
        SetLeader(ReplicaId.None);
        _tally.Clear();
        _roundOpen = true;
        _timer.RoundStarted(_now);
        Emit(RaftEventKind.RoleChanged);
    }

    private void AskForVotes(MessageKind kind, ulong term, bool isTransfer)
    {
        foreach (var member in _history.Newest.Configuration.Members)
        {
            if (member.Replica == _options.Replica || !_history.Newest.Configuration.IsVoter(member.Replica))
            {
                continue;
            }

            // A request for votes claims the candidate's term and its own vote: both are durable before it leaves (A3).
            SendClaim(new Message
            {
                Kind = kind,
                Group = _options.Group,
                From = _options.Replica,
                To = member.Replica,
                Term = term,
                Index = _log.LastIndex,
                LogTerm = _log.LastTerm,
                ConfigurationIndex = _history.Newest.Index,
                IsTransfer = isTransfer,
            });
        }
    }

    /// <summary>A candidate's own vote counts when it is durable, like everybody's.</summary>
    private void CountOwnVote()
    {
        if (_persist.IsDurable(_term, _options.Replica))
        {
            _tally.Record(_options.Replica, granted: true);
            DecideVote();
        }
    }

    /// <summary>Answers without changing anything here: not the term, not the vote, no timer (A7).</summary>
    private void HandlePreVote(Message message)
    {
        if (!MayVote() || AnswerRemoved(message))
        {
            return;
        }

        var mayVote = message.Term > _term
            || (message.Term == _term && (_vote == message.From || (_vote == ReplicaId.None && _leader == ReplicaId.None)));
        var granted = mayVote && !RefusesVotes() && _log.IsUpToDate(new LogId(message.LogTerm, message.Index));
        SendClaim(new Message
        {
            Kind = MessageKind.PreVoteResponse,
            Group = _options.Group,
            From = _options.Replica,
            To = message.From,
            Term = granted ? message.Term : _term,
            Reject = !granted,
        });
    }

    private void HandlePreVoteResponse(Message message)
    {
        if (!message.Reject && message.Term != _term + 1)
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
        if (!MayVote() || AnswerRemoved(message))
        {
            return;
        }

        // The same candidate may ask again: its answer was lost (A10).
        var mayVote = _vote == message.From || (_vote == ReplicaId.None && _leader == ReplicaId.None);
        var refuses = _vote != message.From && !message.IsTransfer && RefusesVotes();
        var granted = mayVote && !refuses && _log.IsUpToDate(new LogId(message.LogTerm, message.Index));
        if (granted)
        {
            if (_role == Role.PreCandidate)
            {
                BecomeFollower(_term, ReplicaId.None);
            }

            Invariant.Holds(_role == Role.Follower);
            _vote = message.From;
            _timer.YieldToOthers(_now);
        }

        SendClaim(NewMessage(MessageKind.VoteResponse, message.From, 0, reject: !granted));
    }

    private void HandleVoteResponse(Message message)
    {
        _tally.Record(message.From, !message.Reject);
        DecideVote();
    }

    private void DecideVote()
    {
        Invariant.Holds(_role == Role.Candidate);
        switch (_tally.Result(_history.Newest.Configuration))
        {
            case VoteResult.Won:
                // Ballots of others may come back before the own one is durable; a leader that forgets its own vote
                // could vote again in its term (A3).
                if (_persist.IsDurable(_term, _options.Replica))
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
        _role = Role.Follower;
        _roundOpen = false;
        Emit(RaftEventKind.CampaignFailed);
        Emit(RaftEventKind.RoleChanged);
        _timer.RoundFailed(_now);
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
        Invariant.Holds(term >= _term, term, _term);
        var was = _role;
        if (was == Role.Leader)
        {
            LeaveLeadership();
        }

        if (term > _term)
        {
            _term = term;
            _vote = ReplicaId.None;
            _persist.DropHeld();
        }

        _role = Role.Follower;
        _roundOpen = false;
        if (was is Role.Candidate or Role.PreCandidate)
        {
            _timer.RoundFailed(_now);
        }
        else if (was == Role.Leader)
        {
            _timer.Restart(_now);
        }

        SetLeader(leader);
        Emit(RaftEventKind.RoleChanged);
    }

    /// <summary>The leader of this term speaks.</summary>
    private void HearLeader(ReplicaId leader)
    {
        Invariant.Holds(_role != Role.Leader);
        if (_role != Role.Follower)
        {
            BecomeFollower(_term, leader);
        }

        Invariant.Holds(_leader == leader || _leader == ReplicaId.None);
        SetLeader(leader);
        _contact = _now;
        _hasContact = true;
        _timer.Restart(_now);
    }

    private void SetLeader(ReplicaId leader)
    {
        if (leader == _leader)
        {
            return;
        }

        _leader = leader;
        FailForwardedReads();
        if (leader != ReplicaId.None)
        {
            _timer.ResetPriority(_history.Newest.Configuration);
        }

        Emit(RaftEventKind.RoleChanged);
    }
}
