namespace Sampan.Raft.Tests.Random;

/// <summary>
/// How often the runs reached what they are there for. A test that never gets there would pass for nothing.
/// </summary>
internal sealed class RandomCoverage
{
    /// <summary>Terms with a leader.</summary>
    public int Leaders { get; set; }

    /// <summary>Entries that were committed.</summary>
    public ulong Committed { get; set; }

    /// <summary>Logs that lost a suffix.</summary>
    public int Truncations { get; set; }

    /// <summary>Snapshots that a replica took the place of its log or state.</summary>
    public int Installs { get; set; }

    /// <summary>Configurations that were committed.</summary>
    public int Changes { get; set; }

    /// <summary>Replicas that learned of their removal.</summary>
    public int Removals { get; set; }

    /// <summary>Reads that were confirmed.</summary>
    public int Reads { get; set; }

    /// <summary>Transfers that began.</summary>
    public int Transfers { get; set; }

    /// <summary>Restarts.</summary>
    public int Restarts { get; set; }

    /// <summary>Restarts without a usable snapshot.</summary>
    public int Losses { get; set; }

    /// <summary>Times entries were read from disk for a follower.</summary>
    public int DiskReads { get; set; }

    /// <summary>Groups that cannot elect anybody although all are up, for a known reason.</summary>
    public int Stuck { get; set; }

    /// <summary>Whether everything was reached.</summary>
    public bool IsComplete => Leaders > 0 && Committed > 0 && Truncations > 0 && Installs > 0 && Changes > 0
        && Removals > 0 && Reads > 0 && Transfers > 0 && Restarts > 0 && Losses > 0 && DiskReads > 0;

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Leaders} leaders, {Committed} entries committed, {Truncations} truncations, {Installs} snapshots installed, "
        + $"{Changes} configurations committed, {Removals} removals, {Reads} reads, {Transfers} transfers, "
        + $"{Restarts} restarts, {Losses} without a snapshot, {DiskReads} reads from disk, "
        + $"{Stuck} stuck";
}
