using System.Globalization;
using Sampan.Linearizability.Transactions;

namespace Sampan.Linearizability.Tests.Transactions;

/// <summary>
/// Writes histories of transactions as text: "append x 1; r x 1 2; r y" reads x as the list 1 2 and y as empty; "w x
/// 1", "g x 1" and "g x" are a write, a read of 1 and a read of nil of a register.
/// </summary>
internal sealed class TransactionHistory
{
    /// <summary>The history.</summary>
    public History<Transaction, Transaction> History { get; } = new();

    /// <summary>A transaction that is invoked and returns at once.</summary>
    public OperationId Run(string steps, int process = 0)
    {
        var id = Invoke(steps, process);
        Complete(id, steps);
        return id;
    }

    /// <summary>Transactions that overlap, each in a process of its own.</summary>
    public void RunAtOnce(params string[] transactions)
    {
        var ids = transactions.Select((steps, process) => Invoke(steps, process + 100)).ToArray();
        for (var i = 0; i < ids.Length; i++)
        {
            Complete(ids[i], transactions[i]);
        }
    }

    /// <summary>Invokes; what its reads will see does not matter yet.</summary>
    public OperationId Invoke(string steps, int process = 0) =>
        History.Invoke(process, new Transaction(Parse(steps).Select(step => step.Action switch
        {
            TransactionAction.ReadList => TransactionStep.ReadList(step.Key, null),
            TransactionAction.Read => TransactionStep.Read(step.Key, null),
            _ => step,
        })));

    /// <summary>Returns.</summary>
    public void Complete(OperationId id, string steps) => History.Complete(id, new Transaction(Parse(steps)));

    /// <summary>The names of what a check of lists finds.</summary>
    public IEnumerable<string> ListAnomalies() =>
        ListAppendChecker.Check(History).Anomalies.Select(anomaly => anomaly.Name);

    /// <summary>The names of what a check of registers finds.</summary>
    public IEnumerable<string> RegisterAnomalies() =>
        RegisterTransactionChecker.Check(History).Anomalies.Select(anomaly => anomaly.Name);

    private static IEnumerable<TransactionStep> Parse(string steps)
    {
        foreach (var step in steps.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var words = step.Split(' ');
            var numbers = words.Skip(2).Select(word => long.Parse(word, CultureInfo.InvariantCulture)).ToArray();
            yield return words[0] switch
            {
                "append" => TransactionStep.Append(words[1], numbers[0]),
                "r" => TransactionStep.ReadList(words[1], numbers),
                "w" => TransactionStep.Write(words[1], numbers[0]),
                "g" => TransactionStep.Read(words[1], numbers.Length == 0 ? null : numbers[0]),
                _ => throw new FormatException(step),
            };
        }
    }
}
