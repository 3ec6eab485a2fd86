namespace Sampan.Linearizability.Models;

/// <summary>What is done to a key of a store with revisions.</summary>
public enum RevisionedAction
{
    /// <summary>Reads a key.</summary>
    Get,

    /// <summary>Sets a key.</summary>
    Put,

    /// <summary>Deletes a key; takes a revision only if it was there.</summary>
    Delete,

    /// <summary>Sets a key if its modification revision is the expected one (0: if it is not there).</summary>
    CompareAndPut,
}
