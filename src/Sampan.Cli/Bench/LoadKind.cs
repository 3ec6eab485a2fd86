namespace Sampan.Cli.Bench;

/// <summary>What clients do.</summary>
public enum LoadKind
{
    /// <summary>Put random keys.</summary>
    Put = 0,

    /// <summary>Get random keys.</summary>
    Get = 1,

    /// <summary>Nine gets to a put.</summary>
    Mixed = 2,

    /// <summary>Get a page of 100 keys out of all, with their count.</summary>
    Page = 3,
}
