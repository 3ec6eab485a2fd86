using Sampan.Model;

namespace Sampan.MultiRaft.Abstractions;

/// <summary>Who a store is, said before anything else on every stream.</summary>
public sealed record Handshake
{
    /// <summary>The version of the peer protocol that this code speaks.</summary>
    public const uint CurrentProtocol = 2;

    /// <summary>The highest protocol version it speaks.</summary>
    public required uint Protocol { get; init; }

    /// <summary>The cluster it belongs to.</summary>
    public required ulong ClusterId { get; init; }

    /// <summary>The store.</summary>
    public required StoreId Store { get; init; }

    /// <summary>Its data directory.</summary>
    public required Incarnation Incarnation { get; init; }

    /// <summary>Its process.</summary>
    public required BootId Boot { get; init; }

    /// <summary>How often a majority was given up by an operator, as far as it knows.</summary>
    public required ulong RecoveryGeneration { get; init; }

    /// <summary>
    /// The incarnation of the receiver that it has durably recorded (consensus.md, identity); unbound: none. Not a mere
    /// yes or no: the receiver may be a new directory, and the sender not know it yet. Never said before the receiver
    /// was accepted: who knows a store's incarnation may pass for it.
    /// </summary>
    public required Incarnation RecordedReceiver { get; init; }

    /// <summary>
    /// Whether it takes part in some group: enough of that group's other initial voters recorded it. In which, it keeps
    /// to itself: it says nothing in a group that does not count it (I-26).
    /// </summary>
    public required bool IsAdmitted { get; init; }

    /// <summary>
    /// The directory whose recovery began the generation; unbound where none did. Two stores that were recovered apart
    /// count to the same generation and are two clusters from then on (I-36).
    /// </summary>
    public Incarnation RecoveredBy { get; init; }

    /// <summary>
    /// Whether it holds no replica and has not joined a generation in this life: then there is nothing in it that could
    /// contradict a higher one, which it takes.
    /// </summary>
    public bool HoldsNothing { get; init; }

    /// <summary>
    /// Shows that the sender knows the receiver's incarnation, which only members of a group with it do, without
    /// telling it to one who does not: a digest of it and of the sender's own facts. 0: it does not know it.
    /// </summary>
    public ulong Acquaintance { get; init; }
}
