using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Events;
using Sampan.Raft.Log;

namespace Sampan.Raft;

/// <summary>
/// Where a replica's messages and events wait for the next Ready. It stamps them with the replica's identity, so that
/// no handler can forget it, and decides which leave at once and which wait for the disk.
/// </summary>
internal sealed class Outbox
{
    private readonly ReplicaOptions _options;
    private readonly Standing _standing;
    private readonly RaftLog _log;
    private readonly PersistQueue _persist;
    private readonly List<Message> _messages = [];
    private readonly List<ReadState> _readStates = [];
    private readonly List<RaftEvent> _events = [];

    /// <summary>An empty outbox of one replica.</summary>
    public Outbox(ReplicaOptions options, Standing standing, RaftLog log, PersistQueue persist)
    {
        _options = options;
        _standing = standing;
        _log = log;
        _persist = persist;
    }

    /// <summary>
    /// Reads that ended and were not handed out; their answers leave with the next task for the state machine.
    /// </summary>
    public bool HasReadStates => _readStates.Count > 0;

    /// <summary>Sends a message that claims nothing but what is durable already.</summary>
    public void Send(Message message)
    {
        Invariant.Holds(message.From == _options.Replica && message.Group == _options.Group);
        _messages.Add(message);
    }

    /// <summary>
    /// Sends a message that claims this replica's term and vote, and its log up to <paramref name="index"/>: at once if
    /// that is durable, else with the write that makes it so (I-11, I-12).
    /// </summary>
    public void SendClaim(Message message, ulong index = 0)
    {
        Invariant.Holds(message.From == _options.Replica && message.Group == _options.Group);
        if (_persist.IsDurable(_standing.Term, _standing.Vote) && index <= _log.DurableIndex)
        {
            _messages.Add(message);
        }
        else
        {
            _persist.Hold(message, index);
        }
    }

    /// <summary>Acknowledges a snapshot that was accepted: with the write that marks it, never before.</summary>
    public void SendAfterSnapshot(Message message, ulong index)
    {
        Invariant.Holds(message.From == _options.Replica && message.Group == _options.Group);
        Invariant.Holds(_persist.Snapshot is not null);
        _persist.HoldForSnapshot(message, index);
    }

    /// <summary>A message of this replica in its present term that carries little more than its kind.</summary>
    public Message Plain(MessageKind kind, ReplicaId to, ulong index = 0, bool reject = false) => new()
    {
        Kind = kind,
        Group = _options.Group,
        From = _options.Replica,
        To = to,
        Term = _standing.Term,
        Index = index,
        Reject = reject,
        ElectionTimeout = _options.ElectionTimeout,
    };

    /// <summary>
    /// Asks every other voter for its vote in <paramref name="term"/>. That claims the candidate's term and its own
    /// vote: both are durable before it leaves (A3).
    /// </summary>
    public void AskForVotes(ConfigurationEntry newest, MessageKind kind, ulong term, bool isTransfer)
    {
        foreach (var member in newest.Configuration.Members)
        {
            if (member.Replica == _options.Replica || !newest.Configuration.IsVoter(member.Replica))
            {
                continue;
            }

            SendClaim(new Message
            {
                Kind = kind,
                Group = _options.Group,
                From = _options.Replica,
                To = member.Replica,
                Term = term,
                Index = _log.LastIndex,
                LogTerm = _log.LastTerm,
                ConfigurationIndex = newest.Index,
                IsTransfer = isTransfer,
            });
        }
    }

    /// <summary>Answers a pre-vote: granted in the term that was asked about, refused in the own one.</summary>
    public void AnswerPreVote(Message message, bool granted) => SendClaim(new Message
    {
        Kind = MessageKind.PreVoteResponse,
        Group = _options.Group,
        From = _options.Replica,
        To = message.From,
        Term = granted ? message.Term : _standing.Term,
        Reject = !granted,
    });

    /// <summary>A read ended.</summary>
    public void EndRead(ReadState state) => _readStates.Add(state);

    /// <summary>Reports something to observers.</summary>
    public void Emit(RaftEventKind kind, ulong index = 0, Configuration? configuration = null) =>
        _events.Add(new RaftEvent(
            kind, _standing.Role, _standing.Term, _standing.Leader, index, configuration));

    /// <summary>Moves messages and events into a Ready.</summary>
    public void MoveTo(Ready into)
    {
        Move(_messages, into.Outgoing);
        Move(_events, into.Events);
    }

    /// <summary>Moves ended reads into a task.</summary>
    public void MoveTo(ApplyTask into) => Move(_readStates, into.Reads);

    private static void Move<T>(List<T> from, List<T> into)
    {
        if (from.Count > 0)
        {
            into.AddRange(from);
            from.Clear();
        }
    }
}
