namespace Sampan.Linearizability.Models;

/// <summary>What is done to a mutex.</summary>
public enum MutexAction
{
    /// <summary>Takes it; possible while it is free.</summary>
    Acquire,

    /// <summary>Frees it; possible while it is held, by whomever.</summary>
    Release,
}
