using Sampan.Model;

namespace Sampan.Raft.Reads;

/// <summary>A read at the leader: who asked, in which life, under which ticket, and from when its index is.</summary>
internal readonly record struct PendingRead(
    ReplicaId Asker, BootId Boot, ReadTicket Ticket, ulong Index, ulong Round);
