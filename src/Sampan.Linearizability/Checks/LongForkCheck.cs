using Sampan.Linearizability.Transactions;

namespace Sampan.Linearizability.Checks;

/// <summary>
/// Each key is written once, and groups of keys are read at once: of any two reads of a group, one must have seen all
/// that the other did. Two that each saw something the other missed have seen the writes in opposite orders, a long
/// fork, which snapshot isolation forbids and parallel snapshot isolation allows.
/// </summary>
public static class LongForkCheck
{
    /// <summary>
    /// Judges every answered transaction that reads several keys and writes none, against all others of the same keys:
    /// groups are small and read some dozens of times each.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// Two reads saw different values of a key, so it was written twice.
    /// </exception>
    public static CheckReport Check(History<Transaction, Transaction> history)
    {
        ArgumentNullException.ThrowIfNull(history);
        var report = new CheckReport();
        var groups = new Dictionary<string, List<GroupRead>>(StringComparer.Ordinal);
        foreach (ref readonly var operation in history.Operations)
        {
            var isRead = operation.IsAnswered && operation.Input.Steps.Count > 1
                && operation.Input.Steps.All(step => step.Action == TransactionAction.Read);
            if (!isRead)
            {
                continue;
            }

            report.IsTelling = true;
            // An answered operation has an output.
            var steps = operation.Output!.Steps.OrderBy(step => step.Key, StringComparer.Ordinal).ToArray();
            var read = new GroupRead(operation.Id, Array.ConvertAll(steps, step => step.Value));
            var group = string.Join('\0', steps.Select(step => step.Key));
            if (!groups.TryGetValue(group, out var others))
            {
                groups[group] = others = [];
            }

            foreach (var other in others)
            {
                if (AreForked(read.Values, other.Values))
                {
                    report.Add(operation.Id, $"saw the writes in another order than {other.Operation}");
                }
            }

            others.Add(read);
        }

        return report;
    }

    private static bool AreForked(long?[] left, long?[] right)
    {
        var (leftHasMore, rightHasMore) = (false, false);
        for (var i = 0; i < left.Length; i++)
        {
            if (left[i] is { } one && right[i] is { } two && one != two)
            {
                throw new ArgumentException($"a key has the values {one} and {two}", nameof(left));
            }

            leftHasMore |= left[i] is not null && right[i] is null;
            rightHasMore |= left[i] is null && right[i] is not null;
        }

        return leftHasMore && rightHasMore;
    }

    private sealed record GroupRead(OperationId Operation, long?[] Values);
}
