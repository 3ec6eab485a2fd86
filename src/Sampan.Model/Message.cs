using Sampan.Base;

namespace Sampan.Model;

/// <summary>
/// A message between two replicas of a group. Which fields mean something follows from <see cref="Kind"/>; the others
/// keep their defaults. Immutable once it was handed out.
/// </summary>
public sealed class Message
{
    /// <summary>What it says.</summary>
    public required MessageKind Kind { get; init; }

    /// <summary>The group whose replicas talk.</summary>
    public required GroupId Group { get; init; }

    /// <summary>The sending replica.</summary>
    public required ReplicaId From { get; init; }

    /// <summary>The receiving replica.</summary>
    public required ReplicaId To { get; init; }

    /// <summary>
    /// The sender's term; for <see cref="MessageKind.PreVote"/> and a granted answer to it the term that the candidate
    /// would campaign in.
    /// </summary>
    public required ulong Term { get; init; }

    /// <summary>
    /// Append: the entry before <see cref="Entries"/>. Votes: the sender's last entry. Append response: the last entry
    /// that the answered append carried (its previous entry where it was rejected). Read index response: the index.
    /// Removed: the index of the configuration that lacks the receiver.
    /// </summary>
    public ulong Index { get; init; }

    /// <summary>Term of the entry at <see cref="Index"/>, where that is known.</summary>
    public ulong LogTerm { get; init; }

    /// <summary>A leader's commit index, as far as the receiver may take it.</summary>
    public ulong Commit { get; init; }

    /// <summary>Entries of an append, by ascending index.</summary>
    public IReadOnlyList<Entry> Entries { get; init; } = [];

    /// <summary>Whether an answer is a refusal.</summary>
    public bool Reject { get; init; }

    /// <summary>
    /// Of a rejected append: the term of the receiver's entry at the rejected index, 0 where it has none.
    /// </summary>
    public ulong ConflictTerm { get; init; }

    /// <summary>
    /// Of a rejected append: the first index of that term, or the index after the receiver's last entry.
    /// </summary>
    public ulong ConflictIndex { get; init; }

    /// <summary>
    /// Heartbeats and their answers: the newest read round. Read index and its answer: the asker's counter.
    /// </summary>
    public ulong Round { get; init; }

    /// <summary>
    /// The leader's clock when it sent an append or heartbeat, echoed in the answer: leases and contact run from the
    /// sending of a request, never from the arrival of its answer (D4). Only the leader may read it.
    /// </summary>
    public Instant Stamp { get; init; }

    /// <summary>The election timeout that the sender of an acknowledgement keeps: how long it stays silent.</summary>
    public TimeSpan ElectionTimeout { get; init; }

    /// <summary>The snapshot that is to be sent, or was received.</summary>
    public SnapshotMeta? Snapshot { get; init; }

    /// <summary>
    /// In append and heartbeat answers: send me a snapshot at or above this index; 0: none is needed.
    /// </summary>
    public ulong NeedSnapshotIndex { get; init; }

    /// <summary>In votes and pre-votes: the index of the sender's newest configuration.</summary>
    public ulong ConfigurationIndex { get; init; }

    /// <summary>
    /// In votes: the campaign was asked for by the leader, so contact with it is no reason to refuse.
    /// </summary>
    public bool IsTransfer { get; init; }

    /// <summary>In read index requests and answers: the asking store's life.</summary>
    public BootId Boot { get; init; }

    /// <summary>In <see cref="MessageKind.Removed"/>: the configuration that lacks the receiver.</summary>
    public Configuration? Configuration { get; init; }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{From}->{To} {Kind} term {Term} at {LogTerm}/{Index} commit {Commit} entries {Entries.Count}"
        + (Reject ? $" rejected ({ConflictTerm}/{ConflictIndex})" : string.Empty);
}
