using Sampan.Model;

namespace Sampan.Raft.Tests.Fixture;

/// <summary>The one leader of a term, and its log from the start of the term on.</summary>
internal sealed class TermRecord
{
    /// <summary>The leader of a term, which it leads in this life of its replica.</summary>
    public TermRecord(ReplicaId leader, int life)
    {
        Leader = leader;
        Life = life;
    }

    /// <summary>The replica.</summary>
    public ReplicaId Leader { get; }

    /// <summary>
    /// A leader of a term in one life must not lead that term in another: it may have forgotten entries.
    /// </summary>
    public int Life { get; }

    /// <summary>The terms of the entries that its appends and snapshots named, by index.</summary>
    public Dictionary<ulong, ulong> Sent { get; } = [];

    /// <summary>Whether its log was compared with what was committed before.</summary>
    public bool IsCompared { get; set; }

    /// <summary>The terms of its entries by index, as far as they were seen.</summary>
    public Dictionary<ulong, ulong> Terms { get; } = [];
}
