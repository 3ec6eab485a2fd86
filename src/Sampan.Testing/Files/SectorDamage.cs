namespace Sampan.Testing.Files;

/// <summary>What a disk does to a sector behind everybody's back.</summary>
public enum SectorDamage
{
    /// <summary>One bit is wrong.</summary>
    FlippedBit = 0,

    /// <summary>It reads as zeros.</summary>
    Zeroed = 1,

    /// <summary>It reads as it was before the last sync that changed it: that write never reached the disk.</summary>
    Stale = 2,
}
