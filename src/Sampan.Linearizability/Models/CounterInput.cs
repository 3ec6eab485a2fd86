namespace Sampan.Linearizability.Models;

/// <summary>What is asked of a counter.</summary>
/// <param name="Action">What is done.</param>
/// <param name="Amount">What is added; may be negative.</param>
public readonly record struct CounterInput(CounterAction Action, long Amount = 0)
{
    /// <inheritdoc/>
    public override string ToString() => Action == CounterAction.Read ? "read" : $"add {Amount}";
}
