using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Events;
using Sampan.Raft.Membership;
using Sampan.Raft.Progress;

namespace Sampan.Raft;

/// <content>Changes of members (dissertation, 4), transfer of leadership (3.10), the end of a replica.</content>
public sealed partial class RaftReplica
{
    /// <summary>
    /// Appends a change of members. One at a time, and none before an entry of this term is committed (C1). The new
    /// configuration is in force from its entry on; the leader leaves a joint state by itself.
    /// </summary>
    public ProposeStatus ProposeChange(MembershipChange change)
    {
        var status = MayPropose();
        if (status != ProposeStatus.Accepted)
        {
            return status;
        }

        var newest = _history.Newest;
        if (_protocol.Validation)
        {
            var isLeaving = change.Steps.Count == 0 && newest.Configuration.IsJoint;
            if (newest.Index > _log.Commit || _log.Commit < _termStartIndex
                || (newest.Configuration.IsJoint && !isLeaving))
            {
                return ProposeStatus.ChangeInProgress;
            }

            if (!PromotedAreReady(newest.Configuration, change))
            {
                return ProposeStatus.LearnerNotReady;
            }
        }

        var result = ConfigurationChanger.Apply(newest.Configuration, change, _protocol.AlwaysJoint);
        if (!result.Succeeded || (_protocol.Validation && result.Configuration.SameAs(newest.Configuration)))
        {
            return ProposeStatus.InvalidChange;
        }

        AppendConfiguration(result.Configuration);
        return ProposeStatus.Accepted;
    }

    /// <summary>
    /// Hands leadership to <paramref name="target"/> (none: to whoever is best placed). Proposals are refused until it
    /// happened, or for one election timeout.
    /// </summary>
    public TransferStatus Transfer(ReplicaId target, Instant now)
    {
        _now = Instant.Max(_now, now);
        if (_role != Role.Leader)
        {
            return TransferStatus.NotLeader;
        }

        if (target == _options.Replica)
        {
            return TransferStatus.AlreadyLeader;
        }

        if (_transferTarget != ReplicaId.None)
        {
            var isSame = target == _transferTarget || target == ReplicaId.None;
            return isSame ? TransferStatus.Started : TransferStatus.Transferring;
        }

        var chosen = target == ReplicaId.None ? BestSuccessor() : target;
        if (!IsElectable(chosen))
        {
            return TransferStatus.BadTarget;
        }

        StartTransfer(chosen);
        return TransferStatus.Started;
    }

    private void AppendConfiguration(Configuration configuration)
    {
        AppendOwn(EntryKind.Configuration, ConfigurationCodec.Encode(configuration), _log.TimeTicks);
        _history.Append(new ConfigurationEntry(_log.LastIndex, configuration));
        AdoptConfiguration();
    }

    /// <summary>The newest configuration of the log is another one now: it is in force at once.</summary>
    private void AdoptConfiguration()
    {
        var newest = _history.Newest;
        _wasMember |= newest.Configuration.Contains(_options.Replica);
        _timer.ResetPriority(newest.Configuration);
        Emit(RaftEventKind.ConfigurationChanged, newest.Index, newest.Configuration);
        if (_role != Role.Leader)
        {
            return;
        }

        _tracker.Adopt(newest.Configuration, Math.Max(_log.LastIndex, 1), _now);
        _tracker.Find(_options.Replica)?.MatchTo(_log.DurableIndex);
        if (_transferTarget != ReplicaId.None && !IsElectable(_transferTarget))
        {
            AbortTransfer();
        }

        if (_role == Role.Leader)
        {
            MaybeCommit();
        }
    }

    private void ConfigurationsCommitted(ulong previousCommit)
    {
        foreach (var entry in _history.Entries)
        {
            if (entry.Index > previousCommit && entry.Index <= _log.Commit)
            {
                _wasCommittedMember |= entry.Configuration.Contains(_options.Replica);
                Emit(RaftEventKind.ConfigurationCommitted, entry.Index, entry.Configuration);
            }
        }

        var committed = _history.At(_log.Commit);
        if (_role != Role.Leader && _wasCommittedMember
            && !committed.Configuration.Contains(_options.Replica) && !IsRemoved)
        {
            IsRemoved = true;
            Emit(RaftEventKind.Removed, committed.Index, committed.Configuration);
        }
    }

    /// <summary>
    /// The joint state is left as soon as it is committed, provided that this leader has committed an entry of its own
    /// term, so that it knows what is committed (C6, C7).
    /// </summary>
    private void MaybeLeaveJoint()
    {
        var newest = _history.Newest;
        if (_role != Role.Leader || !newest.Configuration.IsJoint || !newest.Configuration.AutoLeave
            || newest.Index > _log.Commit || _log.Commit < _termStartIndex)
        {
            return;
        }

        var left = ConfigurationChanger.LeaveJoint(newest.Configuration);
        Invariant.Holds(left.Succeeded);
        AppendConfiguration(left.Configuration);
    }

    /// <summary>A leader whose removal is committed hands over rather than let an election timeout pass (C12).</summary>
    private void MaybeHandOver()
    {
        var newest = _history.Newest;
        if (_role != Role.Leader || !_protocol.StepDownOnRemoval || _isLeaving || newest.Index > _log.Commit
            || newest.Configuration.IsJoint || newest.Configuration.IsVoter(_options.Replica))
        {
            return;
        }

        _isLeaving = true;
        var successor = BestSuccessor();
        if (!IsElectable(successor))
        {
            StepDownAfterRemoval();
            return;
        }

        StartTransfer(successor);
    }

    private void StepDownAfterRemoval()
    {
        // Nobody will tell the followers later.
        SendCommitNotices();
        BecomeFollower(_term, ReplicaId.None);
        ConfigurationsCommitted(_log.Commit);
    }

    private bool PromotedAreReady(Configuration configuration, MembershipChange change)
    {
        foreach (var step in change.Steps)
        {
            if (step.Kind != MemberChangeKind.AddVoter || !configuration.IsLearner(step.Member.Replica))
            {
                continue;
            }

            var member = _tracker.Find(step.Member.Replica);
            if (member is not { State: ProgressState.Replicate }
                || member.Match + _options.CatchUpEntriesMax < _log.LastIndex)
            {
                return false;
            }
        }

        return true;
    }

    private bool IsElectable(ReplicaId replica)
    {
        var configuration = _history.Newest.Configuration;
        return replica != ReplicaId.None && replica != _options.Replica && configuration.IsVoter(replica)
            && configuration.TryGetMember(replica, out var member) && member.Priority > 0;
    }

    /// <summary>The electable voter with the longest log; of several the one with the highest priority.</summary>
    private ReplicaId BestSuccessor()
    {
        var best = ReplicaId.None;
        var bestMatch = 0UL;
        var bestPriority = 0;
        foreach (var member in _tracker.Members)
        {
            if (!IsElectable(member.Replica)
                || !_history.Newest.Configuration.TryGetMember(member.Replica, out var known))
            {
                continue;
            }

            var isBetter = member.Match > bestMatch || (member.Match == bestMatch && known.Priority > bestPriority);
            if (best == ReplicaId.None || isBetter)
            {
                best = member.Replica;
                bestMatch = member.Match;
                bestPriority = known.Priority;
            }
        }

        return best;
    }

    private void StartTransfer(ReplicaId target)
    {
        _transferTarget = target;
        _transferDeadline = _now.After(_options.ElectionTimeout);
        MaybeFinishTransfer();
    }

    /// <summary>Sends TimeoutNow, again at each heartbeat since it may be lost (G4), once the target holds the whole log (G3).</summary>
    private void MaybeFinishTransfer()
    {
        if (_role != Role.Leader || _transferTarget == ReplicaId.None)
        {
            return;
        }

        var member = _tracker.Find(_transferTarget);
        if (member is null)
        {
            AbortTransfer();
            return;
        }

        if (member.Match != _log.LastIndex)
        {
            return;
        }

        _leaseEnded = true;
        _outgoing.Add(NewMessage(MessageKind.TimeoutNow, _transferTarget, 0));
        if (_isLeaving)
        {
            StepDownAfterRemoval();
        }
    }

    private void AbortTransfer()
    {
        var wasLeaving = _isLeaving;
        ClearTransfer();
        Emit(RaftEventKind.TransferAborted);
        if (wasLeaving)
        {
            StepDownAfterRemoval();
        }
    }

    private void ClearTransfer()
    {
        _transferTarget = ReplicaId.None;
        _isLeaving = false;
    }

    /// <summary>
    /// Tells a sender that its membership ended, if this replica's committed configuration is newer than any it knows and
    /// does not contain it; returns whether it did.
    /// </summary>
    private bool AnswerRemoved(Message message)
    {
        var committed = _history.At(_log.Commit);
        if (message.ConfigurationIndex >= committed.Index || committed.Configuration.Contains(message.From))
        {
            return false;
        }

        _outgoing.Add(new Message
        {
            Kind = MessageKind.Removed,
            Group = _options.Group,
            From = _options.Replica,
            To = message.From,
            Term = _persist.DurableTerm,
            Index = committed.Index,
            Configuration = committed.Configuration,
        });
        return true;
    }

    private void HandleRemoved(Message message)
    {
        Invariant.Holds(message.Configuration is not null);
        if (IsRemoved || message.Index <= _history.Newest.Index || message.Configuration.Contains(_options.Replica))
        {
            return;
        }

        if (_inquiry is null || message.Index > _inquiry.Index)
        {
            _inquiry = new RemovalInquiry(message.Index, message.Configuration, _now);
            AskMembers(_inquiry);
        }

        // A member that answers with a newer configuration has committed the older one too.
        _inquiry.Confirm(message.From);
        if (_inquiry.IsConfirmed)
        {
            IsRemoved = true;
            Emit(RaftEventKind.Removed, _inquiry.Index, _inquiry.Configuration);
        }
    }

    private void AskMembers(RemovalInquiry inquiry)
    {
        inquiry.AskedAt = _now;
        foreach (var member in inquiry.Configuration.Members)
        {
            _outgoing.Add(new Message
            {
                Kind = MessageKind.MembershipQuery,
                Group = _options.Group,
                From = _options.Replica,
                To = member.Replica,
                Term = _persist.DurableTerm,
                ConfigurationIndex = _history.Newest.Index,
            });
        }
    }
}
