using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Events;
using Sampan.Raft.Progress;

namespace Sampan.Raft;

/// <content>What a leader does (dissertation, 3.5, 3.6): append, replicate, commit.</content>
public sealed partial class RaftReplica
{
    /// <summary>
    /// Appends commands to the log, all or none. Accepted means only that they have their place; <paramref name="last"/>
    /// is the position of the last one.
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
    /// Entries that were wanted, as far as they could be read without a gap; empty if they could not (compacted). Late
    /// answers change nothing.
    /// </summary>
    public void EntriesAvailable(ReplicaId peer, IndexRange range, ReadOnlySpan<Entry> entries)
    {
        var member = _role == Role.Leader ? _tracker.Find(peer) : null;
        if (member is null || member.Waiting.IsEmpty || member.Waiting != range)
        {
            return;
        }

        member.Waiting = default;
        if (entries.Length == 0)
        {
            // Compacted meanwhile, or unreadable: the resend clock decides when to look again.
            member.BecomeProbe(member.Next);
            member.Pause();
            return;
        }

        var previous = member.Next - 1;
        if (range.FirstIndex != member.Next || !_log.TryGetTerm(previous, out _))
        {
            return;
        }

        _scratch.Clear();
        var bytes = 0L;
        foreach (var entry in entries)
        {
            if (!_log.Matches(entry.Id) || (_scratch.Count > 0 && bytes + entry.SizeBytes > _options.AppendBytesMax))
            {
                break;
            }

            Invariant.Holds(entry.Index == range.FirstIndex + (ulong)_scratch.Count);
            _scratch.Add(entry);
            bytes += entry.SizeBytes;
        }

        if (_scratch.Count > 0 && !member.IsPaused)
        {
            SendAppend(member, bytes);
        }
    }

    /// <summary>The stream to a replica broke: what was sent may be lost.</summary>
    public void PeerUnreachable(ReplicaId replica)
    {
        var member = _role == Role.Leader ? _tracker.Find(replica) : null;
        if (member is { State: ProgressState.Replicate })
        {
            member.BecomeProbe(member.Match + 1);
        }
    }

    /// <summary>The snapshot that was on its way to a replica arrived, or did not.</summary>
    public void SnapshotSent(ReplicaId replica, bool succeeded)
    {
        var member = _role == Role.Leader ? _tracker.Find(replica) : null;
        if (member is not { State: ProgressState.Snapshot })
        {
            return;
        }

        member.BecomeProbe(succeeded ? member.PendingSnapshotIndex + 1 : member.Match + 1);
        // Where it arrived, its acknowledgement is on the way; where not, the resend clock gives it time.
        member.Pause();
    }

    /// <summary>Sends heartbeats as if the heartbeat clock had struck; nothing unless this replica leads.</summary>
    internal void SendHeartbeats(Instant now)
    {
        _now = Instant.Max(_now, now);
        if (_role == Role.Leader)
        {
            BroadcastHeartbeat();
        }
    }

    private ProposeStatus MayPropose()
    {
        if (_role != Role.Leader)
        {
            return ProposeStatus.NotLeader;
        }

        return _transferTarget != ReplicaId.None || _isLeaving ? ProposeStatus.Transferring : ProposeStatus.Accepted;
    }

    private void AppendOwn(EntryKind kind, ReadOnlyMemory<byte> payload, long timeTicks)
    {
        Invariant.Holds(_role == Role.Leader);
        var time = Math.Max(timeTicks, _log.TimeTicks);
        _log.Append(new Entry(kind, _term, _log.LastIndex + 1, time, payload));
    }

    private void BecomeLeader()
    {
        Invariant.Holds(_role == Role.Candidate);
        Invariant.Holds(_persist.IsDurable(_term, _options.Replica));
        _role = Role.Leader;
        _roundOpen = false;
        _timer.Stop();
        SetLeader(_options.Replica);
        _leaseEnded = false;
        ClearTransfer();
        _uncommitted.Clear();
        _reads.Reset();
        _tracker.Clear();
        _tracker.Adopt(_history.Newest.Configuration, _log.LastIndex + 1, _now);
        _termStartIndex = _log.LastIndex + 1;
        AppendOwn(EntryKind.Empty, ReadOnlyMemory<byte>.Empty, _log.TimeTicks);
        var self = _tracker.Find(_options.Replica);
        self?.MatchTo(_log.DurableIndex);
        self?.BecomeReplicate();
        _heartbeatDue = _now.After(_options.HeartbeatInterval);
        Emit(RaftEventKind.RoleChanged);
        Invariant.Holds(_log.LastTerm == _term, _log.LastTerm, _term);
    }

    private void LeaveLeadership()
    {
        Invariant.Holds(_role == Role.Leader);
        if (_transferTarget != ReplicaId.None)
        {
            Emit(RaftEventKind.TransferAborted);
        }

        FailLeaderReads();
        ClearTransfer();
        _uncommitted.Clear();
        _tracker.Clear();
    }

    private void TickLeader()
    {
        if (_protocol.CheckQuorum)
        {
            var contact = _tracker.QuorumContact(_history.Newest.Configuration, _options.Replica);
            if (contact.After(_options.ElectionTimeout) <= _now)
            {
                BecomeFollower(_term, ReplicaId.None);
                Emit(RaftEventKind.QuorumLost);
                return;
            }
        }

        if (_transferTarget != ReplicaId.None && _transferDeadline <= _now)
        {
            AbortTransfer();
        }

        if (_role == Role.Leader && _heartbeatDue <= _now)
        {
            BroadcastHeartbeat();
            MaybeFinishTransfer();
        }
    }

    private void BroadcastHeartbeat()
    {
        _heartbeatDue = _now.After(_options.HeartbeatInterval);
        foreach (var member in _tracker.Members)
        {
            if (member.Replica == _options.Replica)
            {
                continue;
            }

            // Only what this follower is known to hold may be committed there (B2, B7).
            _outgoing.Add(new Message
            {
                Kind = MessageKind.Heartbeat,
                Group = _options.Group,
                From = _options.Replica,
                To = member.Replica,
                Term = _term,
                Commit = Math.Min(member.Match, _log.Commit),
                Round = _reads.Round,
                Stamp = _now,
            });
        }
    }

    private void SendAppends()
    {
        foreach (var member in _tracker.Members)
        {
            if (member.Replica == _options.Replica)
            {
                continue;
            }

            var room = true;
            while (room)
            {
                room = SendNext(member);
            }
        }
    }

    /// <summary>Sends the next append or asks for what it needs; returns whether another may follow at once.</summary>
    private bool SendNext(MemberProgress member)
    {
        if (member.State == ProgressState.Snapshot)
        {
            MaybeSendSnapshot(member);
            return false;
        }

        if (!member.Waiting.IsEmpty || (member.State == ProgressState.Probe && member.IsProbeSent))
        {
            return false;
        }

        var hasEntries = member.Next <= _log.LastIndex && !member.IsPaused;
        if (!hasEntries && !member.AppendDue)
        {
            return false;
        }

        if (member.NeedSnapshotIndex > 0 || member.Next < _log.FirstIndex)
        {
            member.BecomeSnapshot(0);
            MaybeSendSnapshot(member);
            return false;
        }

        _scratch.Clear();
        if (hasEntries)
        {
            var range = new IndexRange(member.Next, _log.LastIndex + 1);
            if (_log.Read(range, _options.AppendBytesMax, _scratch) == 0)
            {
                member.Waiting = range;
                _wanted.Add(new WantedEntries(member.Replica, range));
                return false;
            }
        }

        var bytes = 0L;
        foreach (var entry in _scratch)
        {
            bytes += entry.SizeBytes;
        }

        SendAppend(member, bytes);
        return true;
    }

    /// <summary>Sends the entries in the scratch list, which begin at the member's next index.</summary>
    private void SendAppend(MemberProgress member, long bytes)
    {
        var previous = member.Next - 1;
        Invariant.Holds(_log.TryGetTerm(previous, out var previousTerm));
        var last = previous + (ulong)_scratch.Count;
        // The leader's term is durable since its election, so an append claims nothing that is not (B14 concerns its own
        // entries: those count for it only when they are durable).
        _outgoing.Add(new Message
        {
            Kind = MessageKind.Append,
            Group = _options.Group,
            From = _options.Replica,
            To = member.Replica,
            Term = _term,
            Index = previous,
            LogTerm = previousTerm,
            Commit = _log.Commit,
            Entries = _scratch.Count == 0 ? [] : _scratch.ToArray(),
            Stamp = _now,
        });
        member.AppendSent(last, bytes);
        member.CommitSent = Math.Max(member.CommitSent, Math.Min(_log.Commit, last));
    }

    /// <summary>Sends the newest snapshot to a member that needs one, as soon as there is one that helps.</summary>
    private void MaybeSendSnapshot(MemberProgress member)
    {
        Invariant.Holds(member.State == ProgressState.Snapshot);
        if (member.PendingSnapshotIndex > 0 || _snapshot is null
            || _snapshot.Last.Index < Math.Max(_log.Base.Index, member.NeedSnapshotIndex))
        {
            return;
        }

        member.BecomeSnapshot(_snapshot.Last.Index);
        _outgoing.Add(new Message
        {
            Kind = MessageKind.Snapshot,
            Group = _options.Group,
            From = _options.Replica,
            To = member.Replica,
            Term = _term,
            Snapshot = _snapshot,
            Stamp = _now,
        });
    }

    /// <summary>Tells followers that hold committed entries and were not told so; needs no answer, causes no sync (O24).</summary>
    private void SendCommitNotices()
    {
        foreach (var member in _tracker.Members)
        {
            var commit = Math.Min(member.Match, _log.Commit);
            if (member.Replica == _options.Replica || commit <= member.CommitSent)
            {
                continue;
            }

            member.CommitSent = commit;
            _outgoing.Add(new Message
            {
                Kind = MessageKind.Commit,
                Group = _options.Group,
                From = _options.Replica,
                To = member.Replica,
                Term = _term,
                Commit = commit,
            });
        }
    }

    private void HandleAppendResponse(Message message)
    {
        var member = _tracker.Find(message.From);
        if (member is null)
        {
            return;
        }

        NoteAnswer(member, message);
        if (message.Reject)
        {
            HandleAppendRejected(member, message);
            return;
        }

        // Only indexes that this term's appends carried, or a committed snapshot's, are ever acknowledged (B6).
        Invariant.Holds(message.Index <= _log.LastIndex, message.Index, _log.LastIndex);
        var isNews = member.MatchTo(message.Index);
        switch (member.State)
        {
            case ProgressState.Probe when isNews || message.Index == member.Match:
                member.BecomeReplicate();
                break;
            case ProgressState.Snapshot when member.Match + 1 >= _log.FirstIndex && member.NeedSnapshotIndex == 0:
                // It caught up by the snapshot, or by appends that were under way: no report is needed (E9).
                member.BecomeReplicate();
                break;
            case ProgressState.Replicate:
                member.Inflights.FreeTo(message.Index);
                break;
            default:
                break;
        }

        if (isNews)
        {
            MaybeCommit();
            MaybeFinishTransfer();
        }
    }

    private void HandleAppendRejected(MemberProgress member, Message message)
    {
        switch (member.State)
        {
            case ProgressState.Replicate when message.Index > member.Match:
                member.BecomeProbe(member.Match + 1);
                member.AppendDue = true;
                break;
            case ProgressState.Probe when message.Index == member.Next - 1:
                var conflict = new LogId(message.ConflictTerm, message.ConflictIndex);
                member.BecomeProbe(_log.NextAfterReject(member.Next, conflict));
                member.AppendDue = true;
                break;
            default:
                // Late or repeated: what it refused is known to match by now, or is being probed elsewhere (B4, B8).
                break;
        }
    }

    private void HandleHeartbeatResponse(Message message)
    {
        var member = _tracker.Find(message.From);
        if (member is null)
        {
            return;
        }

        NoteAnswer(member, message);
        member.Resume();
        if (member.State == ProgressState.Probe || member.Match < _log.LastIndex)
        {
            // An append or its answer may be lost; even an empty one shows the gap.
            member.AppendDue = true;
        }

        AnswerConfirmedReads();
    }

    private void NoteAnswer(MemberProgress member, Message message)
    {
        Invariant.Holds(message.Stamp <= _now);
        member.Answered(message.Stamp, message.ElectionTimeout, message.Round);
        if (message.NeedSnapshotIndex > 0 && member.State != ProgressState.Snapshot)
        {
            member.NeedSnapshotIndex = message.NeedSnapshotIndex;
            member.BecomeSnapshot(0);
        }
        else if (message.NeedSnapshotIndex == 0 && member.NeedSnapshotIndex > 0)
        {
            member.NeedSnapshotIndex = 0;
            member.BecomeProbe(member.Match + 1);
        }
    }

    /// <summary>
    /// Commits what a quorum of every half holds durably, if that entry is of this term (figure 8 of the Raft paper; B1).
    /// </summary>
    private void MaybeCommit()
    {
        var index = _tracker.QuorumMatch(_history.Newest.Configuration);
        if (index == ulong.MaxValue || index <= _log.Commit
            || !_log.TryGetTerm(index, out var term) || term != _term)
        {
            return;
        }

        var previous = _log.Commit;
        _log.CommitTo(index);
        _uncommitted.CommitTo(index);
        ConfigurationsCommitted(previous);
        MaybeLeaveJoint();
        MaybeHandOver();
    }

    private ProgressStatus[] DescribeProgress()
    {
        if (_role != Role.Leader)
        {
            return [];
        }

        var members = _tracker.Members;
        var described = new ProgressStatus[members.Length];
        for (var i = 0; i < members.Length; i++)
        {
            var member = members[i];
            described[i] = new ProgressStatus(
                member.Replica,
                member.State,
                member.Match,
                member.Next,
                member.IsLearner,
                member.Replica != _options.Replica && member.IsPaused,
                member.Inflights.Count,
                member.Inflights.IsFull,
                member.PendingSnapshotIndex,
                member.Replica == _options.Replica || _now < member.ContactStamp.After(_options.ElectionTimeout));
        }

        return described;
    }
}
