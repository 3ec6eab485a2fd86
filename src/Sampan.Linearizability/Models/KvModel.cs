namespace Sampan.Linearizability.Models;

/// <summary>
/// Keys with text values that are read, set and appended to; each key starts empty and is a partition. Appends make
/// every value unique, and a read then tells the whole order so far.
/// </summary>
public sealed class KvModel : IModel<string, KvInput, string>
{
    /// <inheritdoc/>
    public string InitialState => string.Empty;

    /// <inheritdoc/>
    public string? PartitionOf(KvInput input) => input.Key;

    /// <inheritdoc/>
    public bool IsReadOnly(in Operation<KvInput, string> operation) => operation.Input.Action == KvAction.Get;

    /// <inheritdoc/>
    public bool TryStep(string state, in Operation<KvInput, string> operation, out string next)
    {
        next = state;
        switch (operation.Input.Action)
        {
            case KvAction.Get:
                return !operation.IsAnswered || string.Equals(state, operation.Output, StringComparison.Ordinal);
            case KvAction.Put:
                next = operation.Input.Value ?? string.Empty;
                return true;
            default:
                next = state + operation.Input.Value;
                return true;
        }
    }

    /// <summary>
    /// Drops an unanswered put if no read starts with its value, and an unanswered append if no read contains it: until
    /// the next put every state does, so no answered read can stand there and nothing misses it.
    /// </summary>
    public void Settle(UnansweredOperations<KvInput, string> partition)
    {
        ArgumentNullException.ThrowIfNull(partition);
        var reads = partition.Operations
            .Where(operation => operation.IsAnswered && operation.Input.Action == KvAction.Get)
            .Select(operation => operation.Output ?? string.Empty)
            .Distinct(StringComparer.Ordinal)
            .ToList();
        for (var i = 0; i < partition.Operations.Count; i++)
        {
            var operation = partition.Operations[i];
            if (!operation.IsAnswered && !reads.Exists(read => Shows(read, operation.Input)))
            {
                partition.Drop(i);
            }
        }
    }

    /// <inheritdoc/>
    public int SizeBytesOf(string state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return 24 + (state.Length * sizeof(char));
    }

    /// <inheritdoc/>
    public string DescribeState(string state) => $"\"{state}\"";

    /// <inheritdoc/>
    public string Describe(in Operation<KvInput, string> operation)
    {
        var answer = operation.Input.Action == KvAction.Get ? $"\"{operation.Output}\"" : "ok";
        return $"{operation.Input} -> {(operation.IsAnswered ? answer : "?")}";
    }

    private static bool Shows(string read, KvInput input) => input.Action == KvAction.Put
        ? read.StartsWith(input.Value ?? string.Empty, StringComparison.Ordinal)
        : read.Contains(input.Value ?? string.Empty, StringComparison.Ordinal);
}
