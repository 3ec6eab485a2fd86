using Sampan.Base;

namespace Sampan.Model;

/// <summary>
/// One entry of a group's log. Immutable, hence shared freely between threads. The payload is a slice of a chunk that
/// belongs to the garbage collector and is never reused: whoever keeps one for long copies it.
/// </summary>
public sealed class Entry
{
    /// <summary>An entry; <paramref name="index"/> and <paramref name="term"/> are at least 1.</summary>
    public Entry(EntryKind kind, ulong term, ulong index, long timeTicks, ReadOnlyMemory<byte> payload)
    {
        Invariant.Holds(term > 0);
        Invariant.Holds(index > 0);
        Kind = kind;
        Term = term;
        Index = index;
        TimeTicks = timeTicks;
        Payload = payload;
    }

    /// <summary>What the payload is.</summary>
    public EntryKind Kind { get; }

    /// <summary>The term of the leader that proposed it.</summary>
    public ulong Term { get; }

    /// <summary>Its position in the log.</summary>
    public ulong Index { get; }

    /// <summary>
    /// The leader's wall clock when it was proposed, in 100 ns since 0001-01-01 UTC. Never falls along a log: this is
    /// the deterministic clock of state machines.
    /// </summary>
    public long TimeTicks { get; }

    /// <summary>The command, or the encoded configuration.</summary>
    public ReadOnlyMemory<byte> Payload { get; }

    /// <summary>Term and index.</summary>
    public LogId Id => new(Term, Index);

    /// <summary>What the entry counts for in every byte limit: payload and a fixed cost for its header.</summary>
    public int SizeBytes => Payload.Length + HeaderBytes;

    /// <summary>The fixed cost of an entry in byte limits.</summary>
    public const int HeaderBytes = 32;

    /// <inheritdoc/>
    public override string ToString() => $"{Term}/{Index} {Kind} ({Payload.Length} B)";
}
