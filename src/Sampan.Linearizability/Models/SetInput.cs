namespace Sampan.Linearizability.Models;

/// <summary>What is asked of a set.</summary>
/// <param name="Action">What is done.</param>
/// <param name="Element">The element; null for a read only.</param>
public readonly record struct SetInput(SetAction Action, string? Element = null)
{
    /// <inheritdoc/>
    public override string ToString() => Action switch
    {
        SetAction.Read => "read",
        SetAction.Add => $"add {Element}",
        _ => $"remove {Element}",
    };
}
