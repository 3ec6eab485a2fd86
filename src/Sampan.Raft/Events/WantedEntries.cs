using Sampan.Model;

namespace Sampan.Raft.Events;

/// <summary>
/// Entries that a leader must send to <paramref name="Peer"/> and that are not in memory. At most one is outstanding
/// for a peer; it is answered by <see cref="RaftReplica.EntriesAvailable"/>, on failure too.
/// </summary>
public readonly record struct WantedEntries(ReplicaId Peer, IndexRange Range);
