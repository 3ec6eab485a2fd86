namespace Sampan.Linearizability.Search;

/// <summary>What the cache says of a configuration.</summary>
internal enum CacheAnswer
{
    /// <summary>It is new, and remembered from now on.</summary>
    New,

    /// <summary>It, or one from which at least as much is possible, was here before.</summary>
    Covered,

    /// <summary>It is new, and there is no room to remember it.</summary>
    Full,
}
