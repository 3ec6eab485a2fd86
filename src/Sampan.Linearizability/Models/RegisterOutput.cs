namespace Sampan.Linearizability.Models;

/// <summary>What a register answers.</summary>
/// <typeparam name="TValue">Its values.</typeparam>
public readonly record struct RegisterOutput<TValue>
{
    /// <summary>The value that was read.</summary>
    public TValue? Value { get; init; }

    /// <summary>
    /// Whether a swap was made. A swap that answered no did happen, as a read that found another value: it is an
    /// answer, not <see cref="OperationOutcome.Failed"/>.
    /// </summary>
    public bool IsSwapped { get; init; }
}
