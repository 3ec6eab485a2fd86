using Sampan.Linearizability.Transactions;

namespace Sampan.Linearizability.Tests.Conformance;

/// <summary>
/// Turns recorded values such as <c>[[:append 4 2] [:r 3 nil]]</c> into transactions. Values that are no numbers get
/// numbers of their own, far from real ones.
/// </summary>
/// <param name="isNilUnknown">Whether a read of nil allows every value, and is therefore left out.</param>
internal sealed class TransactionReader(bool isNilUnknown = false)
{
    private readonly Dictionary<string, long> _numbers = new(StringComparer.Ordinal);
    private bool _hasLists;

    /// <summary>A history of transactions.</summary>
    public History<Transaction, Transaction> Read(IReadOnlyList<RecordedEvent> events)
    {
        // A read is of a list where there are appends; its value alone does not tell, since it may be nil.
        _hasLists = events.Any(recorded => recorded.Value.Items.Any(
            step => step.Items is [{ Content: "append" }, ..] or [_, _, { Kind: EdnKind.Sequence }]));
        return HistoryRecorder.RecordAny<Transaction, Transaction>(
            events,
            asked => asked.Value.Kind == EdnKind.Sequence ? [TransactionOf(asked.Value, isAnswered: false)] : [],
            (history, id, answer) =>
            {
                if (answer.Type == "ok")
                {
                    history.Complete(id, TransactionOf(answer.Value, isAnswered: true));
                }
                else
                {
                    history.Fail(id);
                }
            });
    }

    /// <summary>
    /// The reads of a history of accounts, whose values are maps from accounts to balances. Transfers do not matter.
    /// </summary>
    public History<Transaction, Transaction> ReadBalances(IReadOnlyList<RecordedEvent> events) =>
        HistoryRecorder.RecordAny<Transaction, Transaction>(
            events.Where(recorded => recorded.Function == "read"),
            _ => [new Transaction()],
            (history, id, answer) =>
            {
                if (answer.Type == "ok")
                {
                    var balances = answer.Value.Items.Chunk(2);
                    history.Complete(id, new Transaction(
                        balances.Select(pair => TransactionStep.Read(pair[0].Content, NumberOf(pair[1])))));
                }
            });

    private Transaction TransactionOf(EdnValue value, bool isAnswered)
    {
        var steps = new List<TransactionStep>();
        foreach (var step in value.Items)
        {
            var (action, key, operand) = (step.Items[0].Content, step.Items[1].Content, step.Items[2]);
            switch (action)
            {
                case "append":
                    steps.Add(TransactionStep.Append(key, NumberOf(operand) ?? 0));
                    break;
                case "w" or "write":
                    steps.Add(TransactionStep.Write(key, NumberOf(operand)));
                    break;
                case "r" or "read" when _hasLists:
                    var elements = operand.Items.Select(item => NumberOf(item) ?? 0);
                    steps.Add(TransactionStep.ReadList(key, isAnswered ? elements : null));
                    break;
                case "r" or "read" when !isAnswered || !isNilUnknown || !operand.IsNil:
                    steps.Add(TransactionStep.Read(key, isAnswered ? NumberOf(operand) : null));
                    break;
                case "r" or "read":
                    break;
                default:
                    throw new FormatException($"unknown step {action}");
            }
        }

        return new Transaction(steps);
    }

    private long? NumberOf(EdnValue value)
    {
        if (value.IsNil || value.Number is not null)
        {
            return value.Number;
        }

        if (!_numbers.TryGetValue(value.Text, out var number))
        {
            _numbers[value.Text] = number = long.MinValue + _numbers.Count;
        }

        return number;
    }
}
