using Sampan.Linearizability.Models;

namespace Sampan.Linearizability.Checks;

/// <summary>
/// A counter that many add to: each read must lie between what must have been added when it was invoked and what can
/// have been added when it returned. Necessary for linearizability, not sufficient, and linear;
/// <see cref="CounterModel"/> decides it, for fewer operations.
/// </summary>
public static class CounterCheck
{
    /// <summary>Judges every answered read of a counter that started at that value.</summary>
    public static CheckReport Check(History<CounterInput, long> history, long initialValue = 0)
    {
        ArgumentNullException.ThrowIfNull(history);
        var report = new CheckReport();
        var events = new List<(long Position, OperationId Id, bool IsReturn)>();
        foreach (ref readonly var operation in history.Operations)
        {
            if (operation.Outcome != OperationOutcome.Failed)
            {
                events.Add((operation.InvokePosition, operation.Id, false));
            }

            if (operation.IsAnswered)
            {
                events.Add((operation.ReturnPosition, operation.Id, true));
            }
        }

        events.Sort((left, right) => left.Position.CompareTo(right.Position));
        // What is invoked may count, what has returned must: so a positive amount moves the upper bound when it is
        // invoked and the lower one when it has returned, a negative one the other way round. A read may stand anywhere
        // in its interval; it gets the bounds at its invocation, moved apart by all that was invoked meanwhile.
        var (low, high) = (new Bound(initialValue), new Bound(initialValue));
        var open = new Dictionary<OperationId, (long Low, long High)>();
        foreach (var (_, id, isReturn) in events)
        {
            var operation = history[id];
            if (operation.Input.Action == CounterAction.Add)
            {
                var amount = operation.Input.Amount;
                low.Add(amount, isReturn, counts: isReturn == amount > 0);
                high.Add(amount, isReturn, counts: isReturn == amount < 0);
            }
            else if (!isReturn)
            {
                open[id] = (low.Value - low.Moved, high.Value - high.Moved);
            }
            else
            {
                report.IsTelling = true;
                var (lowThen, highThen) = open[id];
                Judge(report, operation, lowThen + low.Moved, highThen + high.Moved);
            }
        }

        return report;
    }

    private static void Judge(CheckReport report, in Operation<CounterInput, long> read, long low, long high)
    {
        if (read.Output < low || read.Output > high)
        {
            report.Add(read.Id, $"read {read.Output}, which is not from {low} to {high}");
        }
    }

    private sealed class Bound(long value)
    {
        // What it can be now.
        public long Value { get; private set; } = value;

        // How far additions that were invoked have moved it outwards, in all.
        public long Moved { get; private set; }

        public void Add(long amount, bool isReturn, bool counts)
        {
            Value += counts ? amount : 0;
            Moved += counts && !isReturn ? amount : 0;
        }
    }
}
