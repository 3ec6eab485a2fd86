namespace Sampan.Linearizability.Models;

/// <summary>What is done to a set.</summary>
public enum SetAction
{
    /// <summary>Reads all its elements.</summary>
    Read,

    /// <summary>Adds an element.</summary>
    Add,

    /// <summary>Removes an element.</summary>
    Remove,
}
