using System.Text;

namespace Sampan.Linearizability.Transactions;

/// <summary>Anomalies in words.</summary>
internal static class AnomalyText
{
    private const int StepsMax = 12;
    private const int ElementsMax = 24;

    /// <summary>A cycle: its transactions, then why each comes before the next.</summary>
    public static Anomaly OfCycle(
        FoundCycle cycle,
        ReadOnlySpan<Operation<Transaction, Transaction>> operations,
        TransactionIndex index)
    {
        var dependencies = new List<Dependency>();
        var text = new StringBuilder();
        foreach (var edge in cycle.Edges)
        {
            dependencies.Add(new Dependency
            {
                From = new OperationId(edge.From),
                To = new OperationId(edge.To),
                Kind = edge.Kind,
                Key = edge.Key < 0 ? null : index.NameOf(edge.Key),
                Value = edge.Key < 0 ? null : edge.Value,
            });
            text.Append('\n').Append(Of(operations[edge.From]));
        }

        foreach (var dependency in dependencies)
        {
            text.Append('\n').Append(dependency);
        }

        var description = $"a cycle of {dependencies.Count}, each before the next and the last before the first:{text}";
        return new Anomaly(cycle.Kind, description) { Order = cycle.Order, Cycle = dependencies };
    }

    /// <summary>A transaction in one line, cut where it is long.</summary>
    public static string Of(in Operation<Transaction, Transaction> operation)
    {
        var steps = (operation.Output ?? operation.Input).Steps;
        var text = string.Join(", ", steps.Take(StepsMax).Select(Of));
        var more = steps.Count > StepsMax ? $", and {steps.Count - StepsMax} more" : string.Empty;
        return $"{operation.Id} (process {operation.Process}): [{text}{more}]";
    }

    private static string Of(TransactionStep step) => step.Elements is { Count: > ElementsMax } elements
        ? $"r {step.Key} [{elements.Count} elements, last {string.Join(' ', elements.TakeLast(ElementsMax))}]"
        : step.ToString();
}
