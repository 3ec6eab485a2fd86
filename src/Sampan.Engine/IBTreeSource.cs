namespace Sampan.Engine;

/// <summary>What a cursor walks: the engine's tree, or a view's.</summary>
internal interface IBTreeSource
{
    /// <summary>The root now.</summary>
    Node Root { get; }

    /// <summary>How many keys there are.</summary>
    long Count { get; }

    /// <summary>Changes with every write, after which a cursor seeks anew.</summary>
    long Version { get; }
}
