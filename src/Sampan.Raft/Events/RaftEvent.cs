using Sampan.Model;

namespace Sampan.Raft.Events;

/// <summary>One thing that happened in a replica, for observers only: nothing depends on anybody reading it.</summary>
public readonly record struct RaftEvent(
    RaftEventKind Kind, Role Role, ulong Term, ReplicaId Leader, ulong Index, Configuration? Configuration);
