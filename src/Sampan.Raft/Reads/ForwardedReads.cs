using Sampan.Base;
using Sampan.Model;

namespace Sampan.Raft.Reads;

/// <summary>Reads that this replica passed to its leader, oldest first.</summary>
internal sealed class ForwardedReads
{
    private readonly List<Forwarded> _reads = [];

    /// <summary>Reads that are not answered yet.</summary>
    public int Count => _reads.Count;

    /// <summary>When the oldest one runs out.</summary>
    public Instant Deadline => _reads.Count > 0 ? _reads[0].Deadline : Instant.Never;

    /// <summary>A read was passed on.</summary>
    public void Add(ReadTicket ticket, Instant deadline) => _reads.Add(new Forwarded(ticket, deadline));

    /// <summary>Takes the read with this counter; false if it ended already.</summary>
    public bool TryTake(ulong counter, out ReadTicket ticket)
    {
        for (var i = 0; i < _reads.Count; i++)
        {
            if (_reads[i].Ticket.Counter == counter)
            {
                ticket = _reads[i].Ticket;
                _reads.RemoveAt(i);
                return true;
            }
        }

        ticket = default;
        return false;
    }

    /// <summary>Takes the oldest read if it ran out by <paramref name="now"/>.</summary>
    public bool TryTakeExpired(Instant now, out ReadTicket ticket)
    {
        if (_reads.Count > 0 && _reads[0].Deadline <= now)
        {
            ticket = _reads[0].Ticket;
            _reads.RemoveAt(0);
            return true;
        }

        ticket = default;
        return false;
    }

    private readonly record struct Forwarded(ReadTicket Ticket, Instant Deadline);
}
