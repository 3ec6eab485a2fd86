namespace Sampan.Linearizability.Models;

/// <summary>What is done to a key.</summary>
public enum KvAction
{
    /// <summary>Reads its value.</summary>
    Get,

    /// <summary>Sets its value.</summary>
    Put,

    /// <summary>Adds to the end of its value.</summary>
    Append,
}
