using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Events;
using Sampan.Raft.Log;
using Sampan.Raft.Membership;
using Sampan.Raft.Progress;

namespace Sampan.Raft.Reads;

/// <summary>
/// Linearizable reads without the log (dissertation, 6.4): what waits at a leader, and what was passed to one.
/// </summary>
internal sealed class ReadIndexes
{
    private readonly ReplicaOptions _options;
    private readonly Standing _standing;
    private readonly Outbox _outbox;
    private readonly RaftLog _log;
    private readonly ConfigurationHistory _history;
    private readonly Replication _replication;
    private readonly LeaderReads _reads = new();
    private readonly ForwardedReads _forwarded = new();
    private ulong _counter;

    /// <summary>No reads yet.</summary>
    public ReadIndexes(
        ReplicaOptions options,
        Standing standing,
        Outbox outbox,
        RaftLog log,
        ConfigurationHistory history,
        Replication replication)
    {
        _options = options;
        _standing = standing;
        _outbox = outbox;
        _log = log;
        _history = history;
        _replication = replication;
    }

    /// <summary>The newest round of heartbeats that reads wait for.</summary>
    public ulong Round => _reads.Round;

    /// <summary>When the oldest read that was passed on runs out.</summary>
    public Instant Deadline => _forwarded.Deadline;

    /// <summary>Until when a leader's reads may rest on its lease; the zero instant where leases are off.</summary>
    public Instant LeaseEnd => _options.LeaseReads
        ? _replication.Tracker.LeaseEnd(
            _history.Newest.Configuration, _options.Replica, _options.ClockDriftPerMille)
        : Instant.Zero;

    /// <summary>Takes a request of this replica, or passes it to the leader.</summary>
    public ReadStatus Request(out ReadTicket ticket)
    {
        ticket = default;
        if (!_standing.IsLeader && _standing.Leader == ReplicaId.None)
        {
            return ReadStatus.NoLeader;
        }

        if (_reads.Count + _forwarded.Count >= _options.PendingReadsMax)
        {
            return ReadStatus.Busy;
        }

        ticket = new ReadTicket(_standing.Term, ++_counter);
        if (_standing.IsLeader)
        {
            _reads.Add(_options.Replica, _options.Boot, ticket);
            return ReadStatus.Accepted;
        }

        _forwarded.Add(ticket, _standing.Now.After(_options.ElectionTimeout));
        _outbox.SendClaim(new Message
        {
            Kind = MessageKind.ReadIndex,
            Group = _options.Group,
            From = _options.Replica,
            To = _standing.Leader,
            Term = _standing.Term,
            Round = ticket.Counter,
            Boot = _options.Boot,
        });
        return ReadStatus.Accepted;
    }

    /// <summary>A leader takes a request that a member passed on.</summary>
    public void Take(Message message)
    {
        if (_reads.Count >= _options.PendingReadsMax || !_history.Newest.Configuration.Contains(message.From))
        {
            Refuse(message);
            return;
        }

        _reads.Add(message.From, message.Boot, new ReadTicket(_standing.Term, message.Round));
    }

    /// <summary>Answers a request that cannot be served here, so that nobody waits for nothing (D6).</summary>
    public void Refuse(Message message) =>
        SendAnswer(message.From, message.Boot, message.Round, index: 0, reject: true);

    /// <summary>The leader answered a request of this replica.</summary>
    public void Answered(Message message)
    {
        // An answer to an earlier life of this store must not be taken for one to this life (D2).
        if (message.Boot != _options.Boot || !_forwarded.TryTake(message.Round, out var ticket))
        {
            return;
        }

        var outcome = message.Reject ? ReadOutcome.LeaderLost : ReadOutcome.Confirmed;
        _outbox.EndRead(new ReadState(ticket, outcome, message.Index));
    }

    /// <summary>
    /// Sends the round of reads that waits, once an entry of this term is committed: before that the commit index may
    /// be older than what an earlier leader acknowledged (D1). A lease, or being the only voter, spares the round.
    /// </summary>
    public void SendRound(bool mayUseLease, bool isOnlyVoter)
    {
        if (!_reads.HasWaiting || _log.Commit < _standing.TermStartIndex)
        {
            return;
        }

        _reads.StartRound(_log.Commit);
        if (isOnlyVoter || (mayUseLease && HoldsLease()))
        {
            Confirm(_reads.Round);
            return;
        }

        _replication.SendHeartbeats(_reads.Round);
    }

    /// <summary>A member answered heartbeats: rounds that a quorum answered are over.</summary>
    public void RoundAnswered()
    {
        if (_reads.HasSent)
        {
            Confirm(_replication.Tracker.QuorumRound(_history.Newest.Configuration, _options.Replica));
        }
    }

    /// <summary>Ends what ran out.</summary>
    public void Tick()
    {
        while (_forwarded.TryTakeExpired(_standing.Now, out var ticket))
        {
            _outbox.EndRead(new ReadState(ticket, ReadOutcome.TimedOut, 0));
        }
    }

    /// <summary>A term as leader begins.</summary>
    public void BecomeLeader() => _reads.Reset();

    /// <summary>Leadership is over: what waits for it has failed.</summary>
    public void LeaveLeadership()
    {
        while (_reads.TryTakeAny(out var read))
        {
            End(read, ReadOutcome.LeaderLost);
        }
    }

    /// <summary>The leader changed: what was passed to the former one has failed.</summary>
    public void LeaderChanged()
    {
        while (_forwarded.TryTakeExpired(Instant.Never, out var ticket))
        {
            _outbox.EndRead(new ReadState(ticket, ReadOutcome.LeaderLost, 0));
        }
    }

    private bool HoldsLease() => _standing.Now < LeaseEnd;

    private void Confirm(ulong round)
    {
        while (_reads.TryTakeConfirmed(round, out var read))
        {
            End(read, ReadOutcome.Confirmed);
        }
    }

    private void End(PendingRead read, ReadOutcome outcome)
    {
        if (read.Asker == _options.Replica)
        {
            _outbox.EndRead(new ReadState(read.Ticket, outcome, read.Index));
            return;
        }

        var isRefused = outcome != ReadOutcome.Confirmed;
        SendAnswer(read.Asker, read.Boot, read.Ticket.Counter, read.Index, isRefused);
    }

    private void SendAnswer(ReplicaId to, BootId boot, ulong counter, ulong index, bool reject) =>
        _outbox.SendClaim(new Message
        {
            Kind = MessageKind.ReadIndexResponse,
            Group = _options.Group,
            From = _options.Replica,
            To = to,
            Term = _standing.Term,
            Index = index,
            Reject = reject,
            Round = counter,
            Boot = boot,
        });
}
