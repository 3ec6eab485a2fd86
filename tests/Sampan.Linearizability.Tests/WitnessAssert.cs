namespace Sampan.Linearizability.Tests;

/// <summary>
/// Checks the checker: an order that it gives is replayed on the model, so that a "yes" is proved without trusting the
/// search, and so is the beginning that a "no" comes with.
/// </summary>
internal static class WitnessAssert
{
    /// <summary>Every order of the result is legal, respects real time, and holds what it must.</summary>
    public static void Explains<TState, TInput, TOutput>(
        IModel<TState, TInput, TOutput> model,
        History<TInput, TOutput> history,
        CheckResult result)
        where TInput : notnull
    {
        foreach (var partition in result.Partitions.Where(partition => partition.Verdict != Verdict.Unknown))
        {
            var placed = partition.Order.ToHashSet();
            Assert.Equal(partition.Order.Count, placed.Count);
            AssertLegal(model, history, partition.Order);
            // Everything that returned before the operation that does not fit, or everything.
            var until = partition.Unplaced is { } unplaced ? history[unplaced].ReturnPosition : long.MaxValue;
            foreach (var operation in history)
            {
                if (operation.IsAnswered && model.PartitionOf(operation.Input) == partition.Key)
                {
                    Assert.True(
                        operation.ReturnPosition >= until || placed.Contains(operation.Id),
                        $"{operation.Id} is missing from the order");
                }
            }

            Assert.True(partition.Unplaced is not { } id || !placed.Contains(id));
            Assert.Equal(partition.Verdict == Verdict.NotLinearizable, partition.Unplaced is not null);
            Assert.Equal(partition.Verdict == Verdict.NotLinearizable, partition.States.Count > 0);
        }
    }

    private static void AssertLegal<TState, TInput, TOutput>(
        IModel<TState, TInput, TOutput> model,
        History<TInput, TOutput> history,
        IReadOnlyList<OperationId> order)
        where TInput : notnull
    {
        var state = model.InitialState;
        var latestInvocation = long.MinValue;
        foreach (var id in order)
        {
            var operation = history[id];
            Assert.NotEqual(OperationOutcome.Failed, operation.Outcome);
            Assert.True(model.TryStep(state, operation, out var next), $"{id} is not legal in {state}");
            // Whoever stands later must not have returned before somebody earlier was invoked.
            Assert.True(operation.ReturnPosition > latestInvocation, $"{id} had returned already");
            latestInvocation = Math.Max(latestInvocation, operation.InvokePosition);
            state = next;
        }
    }
}
