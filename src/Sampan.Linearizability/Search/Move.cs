namespace Sampan.Linearizability.Search;

/// <summary>One operation that a search placed, with what it takes to take it back.</summary>
/// <param name="Operation">The required operation, or the complement of the class of an optional one.</param>
/// <param name="State">The state before it.</param>
/// <param name="IsForced">Placed because it fits and changes nothing, so that there is no alternative to it.</param>
internal readonly record struct Move(int Operation, int State, bool IsForced)
{
    /// <summary>Whether the operation had no answer.</summary>
    public bool IsOptional => Operation < 0;

    /// <summary>The class of an optional operation.</summary>
    public int Class => ~Operation;
}
