using Sampan.Model;

namespace Sampan.Raft.Quorum;

/// <summary>
/// What each replica has acknowledged. Implemented by structs, so that the quorum arithmetic is compiled for each of
/// them and neither boxes nor calls through a delegate.
/// </summary>
internal interface IAcknowledged
{
    /// <summary>Finds the index that the replica acknowledged; false if nothing is known of it.</summary>
    bool TryGetIndex(ReplicaId replica, out ulong index);
}
