using Sampan.Model;

namespace Sampan.MultiRaft.Groups;

/// <summary>
/// The log reader's answer, for a follower that must be served or, where <paramref name="Peer"/> is none, for the state
/// machine. Empty where nothing could be read (compacted meanwhile).
/// </summary>
internal readonly record struct EntriesRead(ReplicaId Peer, IndexRange Range, Entry[] Entries);
