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
            status = ChangeAdmission.Check(
                newest, change, _log, _standing, _replication.Tracker, _options.CatchUpEntriesMax);
            if (status != ProposeStatus.Accepted)
            {
                return status;
            }
        }

        var result = ConfigurationChanger.Apply(newest.Configuration, change, _protocol.AlwaysJoint);
        if (!result.Succeeded || (_protocol.Validation && result.Configuration.SameAs(newest.Configuration)))
        {
            return ProposeStatus.InvalidChange;
        }

        status = _protocol.Validation
            ? ChangeAdmission.CheckOutcome(result.Configuration, _replication.Tracker)
            : ProposeStatus.Accepted;
        if (status == ProposeStatus.Accepted)
        {
            AppendConfiguration(result.Configuration);
        }

        return status;
    }

    /// <summary>
    /// Hands leadership to <paramref name="target"/> (none: to whoever is best placed). Proposals are refused until it
    /// happened, or for one election timeout.
    /// </summary>
    public TransferStatus Transfer(ReplicaId target, Instant now)
    {
        _standing.Advance(now);
        if (!_standing.IsLeader)
        {
            return TransferStatus.NotLeader;
        }

        if (target == _options.Replica)
        {
            return TransferStatus.AlreadyLeader;
        }

        if (_transfer.IsActive)
        {
            var isSame = target == _transfer.Target || target == ReplicaId.None;
            return isSame ? TransferStatus.Started : TransferStatus.Transferring;
        }

        var chosen = target == ReplicaId.None ? _transfer.BestSuccessor() : target;
        if (!_transfer.IsElectable(chosen))
        {
            return TransferStatus.BadTarget;
        }

        _transfer.Begin(chosen);
        MaybeFinishTransfer();
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
        _removals.Appended(newest.Configuration);
        _outbox.Emit(RaftEventKind.ConfigurationChanged, newest.Index, newest.Configuration);
        ConfigurationChanged();
    }

    private void ConfigurationChanged()
    {
        var newest = _history.Newest;
        _timer.ResetPriority(newest.Configuration);
        if (!_standing.IsLeader)
        {
            return;
        }

        _replication.Adopt(newest.Configuration, _history.At(_log.Commit).Configuration);
        if (_transfer.IsActive && !_transfer.IsElectable(_transfer.Target))
        {
            AbortTransfer();
        }

        if (_standing.IsLeader)
        {
            // What was answered so far may be a quorum of the new configuration, and no answer may come any more.
            _reads.RoundAnswered();
            MaybeCommit();
            MaybeFinishTransfer();
        }
    }

    /// <summary>
    /// The joint state is left as soon as it is committed, provided that this leader has committed an entry of its own
    /// term, so that it knows what is committed (C6, C7).
    /// </summary>
    private void MaybeLeaveJoint()
    {
        var newest = _history.Newest;
        if (!_standing.IsLeader || !newest.Configuration.IsJoint || !newest.Configuration.AutoLeave
            || newest.Index > _log.Commit || _log.Commit < _standing.TermStartIndex)
        {
            return;
        }

        var left = ConfigurationChanger.LeaveJoint(newest.Configuration);
        Invariant.Holds(left.Succeeded);
        AppendConfiguration(left.Configuration);
    }

    /// <summary>
    /// A leader whose removal is committed hands over, so that no election timeout need pass (C12). Where nobody could
    /// take over it leads on, and looks again at every heartbeat: those who stay may have no state, and the last one
    /// would go with this replica.
    /// </summary>
    private void MaybeHandOver()
    {
        var newest = _history.Newest;
        if (!_standing.IsLeader || !_protocol.StepDownOnRemoval || _transfer.IsLeaving || newest.Index > _log.Commit
            || newest.Configuration.IsJoint || newest.Configuration.IsVoter(_options.Replica))
        {
            return;
        }

        if (!_protocol.HandOverOnRemoval)
        {
            StepDownAfterRemoval();
            return;
        }

        if (_transfer.IsActive)
        {
            // Somebody asked for a transfer before: it goes on, and is the last one.
            _transfer.IsLeaving = true;
            return;
        }

        var successor = _transfer.BestSuccessor();
        if (successor != ReplicaId.None)
        {
            _transfer.IsLeaving = true;
            _transfer.Begin(successor);
        }
    }

    private void StepDownAfterRemoval()
    {
        _replication.SendLastCommits();
        BecomeFollower(_standing.Term, ReplicaId.None);
    }

    /// <summary>Sends TimeoutNow, and again at heartbeats (G4), once the target holds the whole log (G3).</summary>
    private void MaybeFinishTransfer()
    {
        if (!_standing.IsLeader || !_transfer.IsActive)
        {
            return;
        }

        var member = _replication.Tracker.Find(_transfer.Target);
        Invariant.Holds(member is not null);
        if (member.Match != _log.LastIndex)
        {
            return;
        }

        _transfer.EndsLease = true;
        _outbox.Send(_outbox.Plain(MessageKind.TimeoutNow, _transfer.Target));
    }

    private void AbortTransfer()
    {
        var wasLeaving = _transfer.IsLeaving;
        _transfer.End();
        _outbox.Emit(RaftEventKind.TransferAborted);
        if (wasLeaving && _transfer.BestSuccessor() != ReplicaId.None)
        {
            // Whoever stays can elect a leader without it, and it must not lead for ever.
            StepDownAfterRemoval();
        }
    }
}
