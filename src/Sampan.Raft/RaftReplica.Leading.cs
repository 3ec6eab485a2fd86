using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Events;
using Sampan.Raft.Progress;

namespace Sampan.Raft;

/// <content>What a leader does (dissertation, 3.5, 3.6, 6.4): append, commit, confirm reads.</content>
public sealed partial class RaftReplica
{
    /// <summary>
    /// Appends commands to the log, all or none. Accepted means only that they have their place;
    /// <paramref name="last"/> is the position of the last one.
    /// </summary>
    public ProposeStatus Propose(ReadOnlySpan<Proposal> batch, out LogId last)
    {
        last = default;
        var status = MayPropose();
        if (status != ProposeStatus.Accepted)
        {
            return status;
        }

        var bytes = 0L;
        foreach (var proposal in batch)
        {
            bytes += proposal.Payload.Length + Entry.HeaderBytes;
        }

        // One batch may pass the bound alone: it would never fit otherwise.
        if (_uncommitted.Total > 0 && _uncommitted.Total + bytes > _options.UncommittedBytesMax)
        {
            return ProposeStatus.Busy;
        }

        foreach (var proposal in batch)
        {
            AppendOwn(EntryKind.Command, proposal.Payload, proposal.TimeTicks);
        }

        _uncommitted.Add(_log.LastIndex, bytes);
        last = _log.Last;
        return ProposeStatus.Accepted;
    }

    /// <summary>
    /// Asks from which index on the state machine may be read. The answer, also a failure, comes once as a
    /// <see cref="ReadState"/> with this ticket. A follower or learner asks its leader.
    /// </summary>
    public ReadStatus ReadIndex(Instant now, out ReadTicket ticket)
    {
        _standing.Advance(now);
        ticket = default;
        var isUnavailable = _follower.NeedSnapshotIndex > 0 || _removals.IsRemoved;
        return isUnavailable ? ReadStatus.Unavailable : _reads.Request(out ticket);
    }

    /// <summary>
    /// Entries that were wanted, as far as they could be read without a gap; empty if they could not (compacted). Late
    /// answers change nothing.
    /// </summary>
    public void EntriesAvailable(ReplicaId peer, IndexRange range, ReadOnlySpan<Entry> entries)
    {
        if (FindFollower(peer) is { } member)
        {
            _replication.EntriesAvailable(member, range, entries);
        }
    }

    /// <summary>The stream to a replica broke: what was sent may be lost.</summary>
    public void PeerUnreachable(ReplicaId replica)
    {
        if (FindFollower(replica) is { } member)
        {
            Replication.Unreachable(member);
        }
    }

    /// <summary>The snapshot that was on its way to a replica arrived, or did not.</summary>
    public void SnapshotSent(ReplicaId replica, bool succeeded)
    {
        if (FindFollower(replica) is { } member)
        {
            Replication.SnapshotSent(member, succeeded);
        }
    }

    /// <summary>Sends heartbeats as if the heartbeat clock had struck; nothing unless this replica leads.</summary>
    internal void SendHeartbeats(Instant now)
    {
        _standing.Advance(now);
        if (_standing.IsLeader)
        {
            _replication.Heartbeat(_reads.Round);
        }
    }

    private MemberProgress? FindFollower(ReplicaId replica) =>
        _standing.IsLeader ? _replication.Tracker.Find(replica) : null;

    private ProposeStatus MayPropose()
    {
        if (!_standing.IsLeader)
        {
            return ProposeStatus.NotLeader;
        }

        return _transfer.IsActive || _transfer.IsLeaving ? ProposeStatus.Transferring : ProposeStatus.Accepted;
    }

    private void AppendOwn(EntryKind kind, ReadOnlyMemory<byte> payload, long timeTicks)
    {
        Invariant.Holds(_standing.IsLeader);
        var time = Math.Max(timeTicks, _log.TimeTicks);
        _log.Append(new Entry(kind, _standing.Term, _log.LastIndex + 1, time, payload));
    }

    private void BecomeLeader()
    {
        Invariant.Holds(_standing.Role == Role.Candidate);
        Invariant.Holds(_persist.IsDurable(_standing.Term, _options.Replica));
        _standing.Role = Role.Leader;
        _roundOpen = false;
        _timer.Stop();
        SetLeader(_options.Replica);
        _transfer.Reset();
        _uncommitted.Clear();
        _reads.BecomeLeader();
        _replication.BecomeLeader(_history.Newest.Configuration, _history.At(_log.Commit).Configuration);
        _standing.TermStartIndex = _log.LastIndex + 1;
        AppendOwn(EntryKind.Empty, ReadOnlyMemory<byte>.Empty, _log.TimeTicks);
        _outbox.Emit(RaftEventKind.RoleChanged);
        Invariant.Holds(_log.LastTerm == _standing.Term, _log.LastTerm, _standing.Term);
    }

    private void LeaveLeadership()
    {
        Invariant.Holds(_standing.IsLeader);
        _reads.LeaveLeadership();
        _transfer.End();
        _uncommitted.Clear();
        _replication.Tracker.Clear();
    }

    private void TickLeader()
    {
        if (_protocol.CheckQuorum)
        {
            var contact = _replication.Tracker.QuorumContact(_history.Newest.Configuration, _options.Replica);
            if (contact.After(_options.ElectionTimeout) <= _standing.Now)
            {
                BecomeFollower(_standing.Term, ReplicaId.None);
                _outbox.Emit(RaftEventKind.QuorumLost);
                return;
            }
        }

        if (_transfer.IsActive && _transfer.Deadline <= _standing.Now)
        {
            AbortTransfer();
        }

        if (_standing.IsLeader && _replication.HeartbeatDue <= _standing.Now)
        {
            _replication.Heartbeat(_reads.Round);
            MaybeHandOver();
            MaybeFinishTransfer();
        }
    }

    private void HandleAppendResponse(Message message)
    {
        if (FindFollower(message.From) is { } member && _replication.AppendAnswered(member, message))
        {
            MaybeCommit();
            MaybeFinishTransfer();
        }
    }

    private void HandleHeartbeatResponse(Message message)
    {
        if (FindFollower(message.From) is not { } member)
        {
            return;
        }

        _replication.HeartbeatAnswered(member, message);
        _reads.RoundAnswered();
    }

    /// <summary>Commits what a quorum of every half holds durably, in this term (Raft paper, figure 8; B1).</summary>
    private void MaybeCommit()
    {
        var index = _replication.Tracker.QuorumMatch(_history.Newest.Configuration);
        if (index == ulong.MaxValue || index <= _log.Commit
            || !_log.TryGetTerm(index, out var term) || term != _standing.Term)
        {
            return;
        }

        var previous = _log.Commit;
        _log.CommitTo(index);
        _uncommitted.CommitTo(index);
        _removals.Committed(previous, _log.Commit);
        if (_history.Newest.Index <= _log.Commit)
        {
            _replication.Dismiss(_history.Newest.Configuration);
        }

        MaybeLeaveJoint();
        MaybeHandOver();
    }
}
