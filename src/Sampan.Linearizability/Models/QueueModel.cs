namespace Sampan.Linearizability.Models;

/// <summary>
/// One queue that starts empty, first in, first out. An attempt to take from an empty queue is
/// <see cref="OperationOutcome.Failed"/>. A queue that keeps no order is left out on purpose: what an unanswered
/// removal took from it would be a second unknown.
/// </summary>
public sealed class QueueModel : IModel<Elements, QueueInput, string>
{
    /// <inheritdoc/>
    public Elements InitialState => Elements.Empty;

    /// <inheritdoc/>
    public bool TryStep(Elements state, in Operation<QueueInput, string> operation, out Elements next)
    {
        ArgumentNullException.ThrowIfNull(state);
        next = state;
        if (operation.Input.Action == QueueAction.Enqueue)
        {
            next = state.Append(operation.Input.Element ?? string.Empty);
            return true;
        }

        if (state.Count == 0)
        {
            return false;
        }

        next = state.RemoveAt(0);
        return !operation.IsAnswered || string.Equals(state[0], operation.Output, StringComparison.Ordinal);
    }

    /// <inheritdoc/>
    public int SizeBytesOf(Elements state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return 48 + (state.Count * 8);
    }

    /// <inheritdoc/>
    public string Describe(in Operation<QueueInput, string> operation)
    {
        var answer = operation.Input.Action == QueueAction.Dequeue ? operation.Output : "ok";
        return $"{operation.Input} -> {(operation.IsAnswered ? answer : "?")}";
    }
}
