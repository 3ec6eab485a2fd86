namespace Sampan.Linearizability.Transactions;

/// <summary>Why one transaction must come before another.</summary>
[Flags]
public enum DependencyKind
{
    /// <summary>No reason.</summary>
    None = 0,

    /// <summary>The second wrote the version after the first one's.</summary>
    WriteWrite = 1,

    /// <summary>The second read what the first wrote.</summary>
    WriteRead = 2,

    /// <summary>The first read the version before the one that the second wrote: an anti-dependency.</summary>
    ReadWrite = 4,

    /// <summary>One process ran the first before the second.</summary>
    Process = 8,

    /// <summary>The first returned before the second was invoked.</summary>
    RealTime = 16,
}
