using Sampan.Model;
using Sampan.Raft.Progress;

namespace Sampan.Raft;

/// <summary>A leader's view of one member, for people and metrics.</summary>
public readonly record struct ProgressStatus(
    ReplicaId Replica,
    ProgressState State,
    ulong Match,
    ulong Next,
    bool IsLearner,
    bool IsPaused,
    int Inflight,
    bool IsInflightFull,
    ulong PendingSnapshotIndex,
    bool IsActive);
