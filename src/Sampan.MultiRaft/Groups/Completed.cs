using Sampan.Model;
using Sampan.Raft;

namespace Sampan.MultiRaft.Groups;

/// <summary>What other workers completed for one replica since its group worker looked last.</summary>
internal readonly record struct Completed(
    ReplicaHost Host,
    ulong PersistedNumber,
    ulong AppliedIndex,
    long AppliedEntriesReturned,
    IReadOnlyList<EntriesRead> Reads,
    SnapshotMeta? SnapshotTaken,
    ulong CompactedFirstIndex,
    IReadOnlyList<SnapshotResult> SnapshotResults,
    IReadOnlyList<Message> ReceivedSnapshots,
    string? Poison);
