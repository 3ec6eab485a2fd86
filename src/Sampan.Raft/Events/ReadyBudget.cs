namespace Sampan.Raft.Events;

/// <summary>How much one Ready may carry.</summary>
/// <param name="PersistBytes">
/// Bytes of entries for the log; 0 where its queue has no room: then nothing is persisted and nothing that waits for
/// persistence is sent, but appends and heartbeats still leave. A single entry above it is taken alone.
/// </param>
/// <param name="ApplyEntriesMax">Committed entries handed out at most.</param>
/// <param name="EndOfRound">
/// Whether the group's mailbox is empty: then followers are told of a moved commit index (O24).
/// </param>
public readonly record struct ReadyBudget(long PersistBytes, int ApplyEntriesMax, bool EndOfRound)
{
    /// <summary>
    /// The log must spare its room: terms, votes and snapshots are persisted, and what waits for them leaves; entries,
    /// and what claims them, wait.
    /// </summary>
    public bool IsWithoutEntries { get; init; }

    /// <summary>No limit, at the end of a round.</summary>
    public static ReadyBudget Unlimited => new(long.MaxValue, int.MaxValue, EndOfRound: true);
}
