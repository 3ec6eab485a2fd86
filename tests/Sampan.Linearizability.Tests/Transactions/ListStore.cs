using Sampan.Linearizability.Transactions;

namespace Sampan.Linearizability.Tests.Transactions;

/// <summary>A store of lists that does what it should. Immutable.</summary>
internal sealed class ListStore
{
    private readonly Dictionary<string, long[]> _lists;

    private ListStore(Dictionary<string, long[]> lists) => _lists = lists;

    /// <summary>All lists empty.</summary>
    public static ListStore Empty { get; } = new([]);

    /// <summary>The store after a transaction, and its answer.</summary>
    public (ListStore State, Transaction Output) Apply(Transaction input)
    {
        var lists = new Dictionary<string, long[]>(_lists);
        var steps = new List<TransactionStep>();
        foreach (var step in input.Steps)
        {
            var list = lists.GetValueOrDefault(step.Key, []);
            if (step.Action == TransactionAction.Append)
            {
                lists[step.Key] = [.. list, step.Value!.Value];
                steps.Add(step);
            }
            else
            {
                steps.Add(TransactionStep.ReadList(step.Key, list));
            }
        }

        return (new ListStore(lists), new Transaction(steps));
    }
}
