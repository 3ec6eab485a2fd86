namespace Sampan.Linearizability.Models;

/// <summary>The answer of an operation that answers nothing but that it happened.</summary>
public readonly record struct NoOutput
{
    /// <inheritdoc/>
    public override string ToString() => "ok";
}
