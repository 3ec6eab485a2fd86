namespace Sampan.Linearizability.Models;

/// <summary>What is done to a counter.</summary>
public enum CounterAction
{
    /// <summary>Reads it.</summary>
    Read,

    /// <summary>Adds to it.</summary>
    Add,
}
