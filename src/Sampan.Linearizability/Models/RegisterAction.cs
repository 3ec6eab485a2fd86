namespace Sampan.Linearizability.Models;

/// <summary>What is done to a register.</summary>
public enum RegisterAction
{
    /// <summary>Reads its value.</summary>
    Read,

    /// <summary>Sets its value.</summary>
    Write,

    /// <summary>Sets its value if it has the expected one.</summary>
    CompareAndSwap,
}
