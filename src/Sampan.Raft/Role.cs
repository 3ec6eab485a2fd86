namespace Sampan.Raft;

/// <summary>What a replica does at present. Being a learner is a matter of the configuration, not a role.</summary>
public enum Role : byte
{
    /// <summary>Takes entries from a leader, or waits for one.</summary>
    Follower = 0,

    /// <summary>Asks whether it would be elected; has changed nothing yet.</summary>
    PreCandidate = 1,

    /// <summary>Has voted for itself in a new term.</summary>
    Candidate = 2,

    /// <summary>Was elected in its term.</summary>
    Leader = 3,
}
