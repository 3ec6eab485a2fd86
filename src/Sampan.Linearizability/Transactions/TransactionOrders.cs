namespace Sampan.Linearizability.Transactions;

/// <summary>
/// Adds the orders of processes and of real time. Real time alone would be a square of the number of transactions; an
/// edge is kept only if no other transaction lies wholly between the two, the rest follows. So there is an edge for
/// each pair of a transaction and one of the frontier of those that returned last, of which there are no more than
/// clients.
/// </summary>
internal static class TransactionOrders
{
    /// <summary>Adds both orders among the transactions that surely happened.</summary>
    public static void AddTo(
        DependencyGraph graph,
        ReadOnlySpan<Operation<Transaction, Transaction>> operations,
        ReadOnlySpan<bool> hasHappened)
    {
        var byReturn = new List<int>();
        for (var i = 0; i < operations.Length; i++)
        {
            if (hasHappened[i] && operations[i].IsAnswered)
            {
                byReturn.Add(i);
            }
        }

        var returns = byReturn.ConvertAll(_ => 0L);
        for (var i = 0; i < returns.Count; i++)
        {
            returns[i] = operations[byReturn[i]].ReturnPosition;
        }

        var order = byReturn.ToArray();
        Array.Sort(returns.ToArray(), order);
        var lastOfProcess = new Dictionary<int, int>();
        var frontier = new List<int>();
        var returned = 0;
        for (var i = 0; i < operations.Length; i++)
        {
            if (!hasHappened[i])
            {
                continue;
            }

            for (; returned < order.Length
                && operations[order[returned]].ReturnPosition < operations[i].InvokePosition; returned++)
            {
                Advance(frontier, order[returned], operations);
            }

            foreach (var before in frontier)
            {
                graph.Add(new Edge(before, i, DependencyKind.RealTime, Key: -1, Value: 0));
            }

            ref readonly var operation = ref operations[i];
            if (lastOfProcess.TryGetValue(operation.Process, out var previous)
                && operations[previous].ReturnPosition < operation.InvokePosition)
            {
                graph.Add(new Edge(previous, i, DependencyKind.Process, Key: -1, Value: 0));
            }

            if (operation.IsAnswered)
            {
                lastOfProcess[operation.Process] = i;
            }
        }
    }

    // A transaction takes the place of those that had returned before it was invoked.
    private static void Advance(
        List<int> frontier,
        int returned,
        ReadOnlySpan<Operation<Transaction, Transaction>> operations)
    {
        var kept = 0;
        for (var i = 0; i < frontier.Count; i++)
        {
            if (operations[frontier[i]].ReturnPosition > operations[returned].InvokePosition)
            {
                frontier[kept++] = frontier[i];
            }
        }

        frontier.RemoveRange(kept, frontier.Count - kept);
        frontier.Add(returned);
    }
}
