namespace Sampan.Linearizability.Tests.Conformance;

/// <summary>What an EDN value is.</summary>
internal enum EdnKind
{
    /// <summary>Nothing.</summary>
    Nil,

    /// <summary>A number, symbol, truth value, character or text.</summary>
    Atom,

    /// <summary>A name that stands for itself.</summary>
    Keyword,

    /// <summary>A vector or list.</summary>
    Sequence,

    /// <summary>A set.</summary>
    Set,

    /// <summary>Keys and values in turns.</summary>
    Map,
}
