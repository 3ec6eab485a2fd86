namespace Sampan.Linearizability;

/// <summary>
/// An operation of one history: its place among the invocations, from 0. Ids of two histories are never compared.
/// </summary>
public readonly record struct OperationId(int Index)
{
    /// <inheritdoc/>
    public override string ToString() => $"#{Index}";
}
