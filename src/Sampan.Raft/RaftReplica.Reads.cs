using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Events;
using Sampan.Raft.Reads;

namespace Sampan.Raft;

/// <content>Linearizable reads without the log (dissertation, 6.4).</content>
public sealed partial class RaftReplica
{
    /// <summary>
    /// Asks from which index on the state machine may be read. The answer, also a failure, comes once as a
    /// <see cref="ReadState"/> with this ticket. A follower or learner asks its leader.
    /// </summary>
    public ReadStatus ReadIndex(Instant now, out ReadTicket ticket)
    {
        _now = Instant.Max(_now, now);
        ticket = default;
        if (_needSnapshotIndex > 0 || IsRemoved)
        {
            return ReadStatus.Unavailable;
        }

        if (_role != Role.Leader && _leader == ReplicaId.None)
        {
            return ReadStatus.NoLeader;
        }

        if (_reads.Count + _forwarded.Count >= _options.PendingReadsMax)
        {
            return ReadStatus.Busy;
        }

        ticket = new ReadTicket(_term, ++_readCounter);
        if (_role == Role.Leader)
        {
            _reads.Add(_options.Replica, _options.Boot, ticket);
            return ReadStatus.Accepted;
        }

        _forwarded.Add(ticket, _now.After(_options.ElectionTimeout));
        SendClaim(new Message
        {
            Kind = MessageKind.ReadIndex,
            Group = _options.Group,
            From = _options.Replica,
            To = _leader,
            Term = _term,
            Round = ticket.Counter,
            Boot = _options.Boot,
        });
        return ReadStatus.Accepted;
    }

    private void HandleReadIndex(Message message)
    {
        var isMember = _history.Newest.Configuration.Contains(message.From);
        if (!isMember || _reads.Count >= _options.PendingReadsMax)
        {
            RefuseRead(message);
            return;
        }

        _reads.Add(message.From, message.Boot, new ReadTicket(_term, message.Round));
    }

    private void RefuseRead(Message message) =>
        SendReadAnswer(message.From, message.Boot, message.Round, index: 0, reject: true);

    private void SendReadAnswer(ReplicaId to, BootId boot, ulong counter, ulong index, bool reject) =>
        SendClaim(new Message
        {
            Kind = MessageKind.ReadIndexResponse,
            Group = _options.Group,
            From = _options.Replica,
            To = to,
            Term = _term,
            Index = index,
            Reject = reject,
            Round = counter,
            Boot = boot,
        });

    /// <summary>
    /// Sends the round of reads that waits, once an entry of this term is committed: before that the commit index may be
    /// older than what an earlier leader acknowledged (D1).
    /// </summary>
    private void StartReadRound()
    {
        if (!_reads.HasWaiting || _log.Commit < _termStartIndex)
        {
            return;
        }

        _reads.StartRound(_log.Commit);
        if (HoldsLease() || IsOnlyVoter())
        {
            TakeConfirmed(_reads.Round);
            return;
        }

        BroadcastHeartbeat();
    }

    private bool HoldsLease() =>
        _options.LeaseReads && !_leaseEnded && _protocol.CheckQuorum
        && _now < _tracker.LeaseEnd(
            _history.Newest.Configuration, _options.Replica, _options.ClockDriftPerMille);

    private void AnswerConfirmedReads()
    {
        if (_reads.HasSent)
        {
            TakeConfirmed(_tracker.QuorumRound(_history.Newest.Configuration, _options.Replica));
        }
    }

    private void TakeConfirmed(ulong round)
    {
        while (_reads.TryTakeConfirmed(round, out var read))
        {
            Answer(read, ReadOutcome.Confirmed);
        }
    }

    private void Answer(PendingRead read, ReadOutcome outcome)
    {
        if (read.Asker == _options.Replica)
        {
            _readStates.Add(new ReadState(read.Ticket, outcome, read.Index));
            return;
        }

        var isRefused = outcome != ReadOutcome.Confirmed;
        SendReadAnswer(read.Asker, read.Boot, read.Ticket.Counter, read.Index, isRefused);
    }

    private void HandleReadIndexResponse(Message message)
    {
        // An answer to an earlier life of this store must not be taken for one to this life (D2).
        if (message.Boot != _options.Boot || !_forwarded.TryTake(message.Round, out var ticket))
        {
            return;
        }

        var outcome = message.Reject ? ReadOutcome.LeaderLost : ReadOutcome.Confirmed;
        _readStates.Add(new ReadState(ticket, outcome, message.Index));
    }

    private void FailLeaderReads()
    {
        while (_reads.TryTakeAny(out var read))
        {
            Answer(read, ReadOutcome.LeaderLost);
        }
    }

    private void FailForwardedReads()
    {
        while (_forwarded.TryTakeExpired(Instant.Never, out var ticket))
        {
            _readStates.Add(new ReadState(ticket, ReadOutcome.LeaderLost, 0));
        }
    }
}
