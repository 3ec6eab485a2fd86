using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Events;

namespace Sampan.Raft.Reads;

/// <summary>
/// Reads that a leader was asked for. A request joins only a round of heartbeats that was not sent yet, so every answer
/// to that round was made after the request (dissertation, 6.4; D2).
/// </summary>
internal sealed class LeaderReads
{
    private readonly List<PendingRead> _waiting = [];
    private readonly Queue<PendingRead> _sent = new();

    /// <summary>The newest round that was sent in this term.</summary>
    public ulong Round { get; private set; }

    /// <summary>Reads that are not answered yet.</summary>
    public int Count => _waiting.Count + _sent.Count;

    /// <summary>Whether a new round would have members.</summary>
    public bool HasWaiting => _waiting.Count > 0;

    /// <summary>Whether reads wait for the answers to a round.</summary>
    public bool HasSent => _sent.Count > 0;

    /// <summary>A replica (this one, or another that forwarded it) asks for a read index.</summary>
    public void Add(ReplicaId asker, BootId boot, ReadTicket ticket) =>
        _waiting.Add(new PendingRead(asker, boot, ticket, Index: 0, Round: 0));

    /// <summary>Puts everything that waits into a new round, at the present commit index.</summary>
    public void StartRound(ulong commit)
    {
        Round++;
        foreach (var read in _waiting)
        {
            _sent.Enqueue(read with { Index = commit, Round = Round });
        }

        _waiting.Clear();
    }

    /// <summary>Takes the oldest read if a quorum has answered its round.</summary>
    public bool TryTakeConfirmed(ulong confirmedRound, out PendingRead read)
    {
        if (_sent.TryPeek(out read) && read.Round <= confirmedRound)
        {
            Invariant.Holds(read.Round <= Round);
            _sent.Dequeue();
            return true;
        }

        read = default;
        return false;
    }

    /// <summary>Takes any read: leadership is over.</summary>
    public bool TryTakeAny(out PendingRead read)
    {
        if (_sent.TryDequeue(out read))
        {
            return true;
        }

        if (_waiting.Count == 0)
        {
            return false;
        }

        read = _waiting[^1];
        _waiting.RemoveAt(_waiting.Count - 1);
        return true;
    }

    /// <summary>A new term as leader begins: rounds are counted from 1 again, in that term.</summary>
    public void Reset()
    {
        Invariant.Holds(Count == 0);
        Round = 0;
    }
}
