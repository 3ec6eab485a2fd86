using Sampan.Model;

namespace Sampan.Raft.Events;

/// <summary>
/// The end of a read that <see cref="RaftReplica.ReadIndex"/> accepted. Where it is confirmed, the read may be answered
/// once the state machine has applied <paramref name="Index"/>.
/// </summary>
public readonly record struct ReadState(ReadTicket Ticket, ReadOutcome Outcome, ulong Index);
