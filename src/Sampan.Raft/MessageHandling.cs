namespace Sampan.Raft;

/// <summary>What a replica does with a message of its own term.</summary>
internal enum MessageHandling : byte
{
    /// <summary>It is acted upon.</summary>
    Handle = 0,

    /// <summary>It is legal and comes too late, or is not meant for this role: nothing happens.</summary>
    Ignore = 1,

    /// <summary>It is answered with a refusal, so that nobody waits for nothing.</summary>
    Refuse = 2,

    /// <summary>
    /// No legal history contains it: there would be two leaders in one term. Hosts refuse it before
    /// (<see cref="RaftReplica.ObjectionTo"/>); stepped all the same, it stops the store.
    /// </summary>
    Impossible = 3,
}
