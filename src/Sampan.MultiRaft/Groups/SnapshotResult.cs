using Sampan.Model;

namespace Sampan.MultiRaft.Groups;

/// <summary>The end of a snapshot's way to a replica.</summary>
internal readonly record struct SnapshotResult(ReplicaId Replica, bool Succeeded);
