using Sampan.Model;

namespace Sampan.Raft.Quorum;

/// <summary>Who voted, and how. Implemented by structs, for the reason given at <see cref="IAcknowledged"/>.</summary>
internal interface IBallots
{
    /// <summary>Finds the replica's ballot; false if it has not answered yet.</summary>
    bool TryGetVote(ReplicaId replica, out bool granted);
}
