namespace Sampan.Linearizability.Models;

/// <summary>What is asked of a queue.</summary>
/// <param name="Action">What is done.</param>
/// <param name="Element">The element to add; null for a removal.</param>
public readonly record struct QueueInput(QueueAction Action, string? Element = null)
{
    /// <inheritdoc/>
    public override string ToString() => Action == QueueAction.Enqueue ? $"enqueue {Element}" : "dequeue";
}
