namespace Sampan.Raft;

/// <summary>Whether a transfer of leadership began.</summary>
public enum TransferStatus : byte
{
    /// <summary>It began, or was under way to this target already.</summary>
    Started = 0,

    /// <summary>This replica does not lead.</summary>
    NotLeader = 1,

    /// <summary>The target leads already.</summary>
    AlreadyLeader = 2,

    /// <summary>
    /// The target is no voter of the group, may never be elected, or has no state yet; where none was named, nobody can
    /// take over now.
    /// </summary>
    BadTarget = 3,

    /// <summary>A transfer to another target is under way.</summary>
    Transferring = 4,
}
