namespace Sampan.Linearizability.Tests;

/// <summary>
/// The definition of linearizability, tried out: every order of every choice of unanswered operations, with no cache,
/// no partitions, no reductions. The twin that the real search is compared with, for a handful of operations.
/// </summary>
internal static class NaiveChecker
{
    /// <summary>Whether any order explains the answers.</summary>
    public static bool IsLinearizable<TState, TInput, TOutput>(
        Func<TInput, TState> initialStates,
        IModel<TState, TInput, TOutput> model,
        History<TInput, TOutput> history)
        where TInput : notnull
    {
        var open = history.Where(operation => operation.Outcome != OperationOutcome.Failed).ToList();
        // Keys are whole states of their own here, so that partitions are compared with their absence.
        var states = new Dictionary<string, TState>();
        foreach (var operation in open)
        {
            states[model.PartitionOf(operation.Input) ?? ""] = initialStates(operation.Input);
        }

        return Try(model, open, states);
    }

    private static bool Try<TState, TInput, TOutput>(
        IModel<TState, TInput, TOutput> model,
        List<Operation<TInput, TOutput>> open,
        Dictionary<string, TState> states)
        where TInput : notnull
    {
        if (!open.Exists(operation => operation.IsAnswered))
        {
            return true;
        }

        for (var i = 0; i < open.Count; i++)
        {
            var operation = open[i];
            var key = model.PartitionOf(operation.Input) ?? "";
            var state = states[key];
            if (open.Exists(other => other.ReturnPosition < operation.InvokePosition)
                || !model.TryStep(state, operation, out var next))
            {
                continue;
            }

            open.RemoveAt(i);
            states[key] = next;
            var isFound = Try(model, open, states);
            open.Insert(i, operation);
            states[key] = state;
            if (isFound)
            {
                return true;
            }
        }

        return false;
    }
}
