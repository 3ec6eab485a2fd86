using Sampan.Linearizability.Models;

namespace Sampan.Linearizability.Checks;

/// <summary>
/// Sets that only grow, each element added once: whether elements are lost, appear from nowhere, or vanish. For sets
/// that are too large for <see cref="SetModel"/>.
/// </summary>
public static class SetCheck
{
    /// <summary>
    /// Judges the last answered read alone: it must hold every element whose addition was answered, and no other than
    /// those whose addition was tried. Unknown without an answered read.
    /// </summary>
    public static CheckReport CheckLastRead(History<SetInput, Elements> history)
    {
        ArgumentNullException.ThrowIfNull(history);
        var report = new CheckReport();
        Operation<SetInput, Elements>? last = null;
        var tried = new HashSet<string>(StringComparer.Ordinal);
        foreach (ref readonly var operation in history.Operations)
        {
            if (operation.Input is { Action: SetAction.Add, Element: { } element })
            {
                Try(operation, element, tried);
            }
            else if (operation.IsAnswered
                && (last is null || last.Value.ReturnPosition < operation.ReturnPosition))
            {
                last = operation;
            }
        }

        if (last is not { } read)
        {
            return report;
        }

        report.IsTelling = true;
        // An answered operation has an output.
        var found = read.Output!.ToHashSet(StringComparer.Ordinal);
        foreach (ref readonly var operation in history.Operations)
        {
            if (operation.IsAnswered && operation.Input is { Action: SetAction.Add, Element: { } added }
                && !found.Contains(added))
            {
                report.Add(operation.Id, $"{added} was lost");
            }
        }

        ReportStrangers(report, read, tried);
        return report;
    }

    /// <summary>
    /// Judges every answered read. An element is known once its addition returned or a read that saw it did. It is lost
    /// if a read that was invoked after that missed it and none invoked later saw it; a set that must be linearizable
    /// also may not miss it once in between. Unknown if no element is there to stay. Time grows with reads times
    /// elements.
    /// </summary>
    public static CheckReport CheckAllReads(History<SetInput, Elements> history, bool mustBeLinearizable = false)
    {
        ArgumentNullException.ThrowIfNull(history);
        var report = new CheckReport();
        var histories = new Dictionary<string, ElementHistory>(StringComparer.Ordinal);
        var elements = new List<ElementHistory>();
        var tried = new HashSet<string>(StringComparer.Ordinal);
        foreach (ref readonly var operation in history.Operations)
        {
            if (operation.Input is { Action: SetAction.Add, Element: { } element })
            {
                Try(operation, element, tried);
                var known = operation.IsAnswered ? operation.ReturnPosition : long.MaxValue;
                var added = new ElementHistory(operation.Id, element, operation.InvokePosition) { Known = known };
                if (histories.TryAdd(element, added))
                {
                    elements.Add(added);
                }
            }
        }

        foreach (ref readonly var operation in history.Operations)
        {
            if (operation.IsAnswered && operation.Input.Action == SetAction.Read)
            {
                Note(operation, histories, elements);
                ReportStrangers(report, operation, tried);
            }
        }

        foreach (var element in elements)
        {
            report.IsTelling |= element.LastSeen > element.LastMissed;
            var wasMissed = element.LastMissed > element.Known;
            if (wasMissed && element.LastSeen < element.LastMissed)
            {
                report.Add(element.Addition, $"{element.Name} was lost");
            }
            else if (wasMissed && mustBeLinearizable)
            {
                report.Add(element.Addition, $"{element.Name} was missed for a while after it was known");
            }
        }

        return report;
    }

    private static void Try(in Operation<SetInput, Elements> addition, string element, HashSet<string> tried)
    {
        if (addition.Outcome != OperationOutcome.Failed)
        {
            tried.Add(element);
        }
    }

    private static void Note(
        in Operation<SetInput, Elements> read,
        Dictionary<string, ElementHistory> histories,
        List<ElementHistory> elements)
    {
        // An answered operation has an output.
        var names = read.Output!;
        var seen = names.ToHashSet(StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (histories.TryGetValue(name, out var element))
            {
                element.Known = Math.Min(element.Known, read.ReturnPosition);
                element.LastSeen = Math.Max(element.LastSeen, read.InvokePosition);
            }
        }

        foreach (var element in elements)
        {
            if (element.AddedAt < read.ReturnPosition && !seen.Contains(element.Name))
            {
                element.LastMissed = Math.Max(element.LastMissed, read.InvokePosition);
            }
        }
    }

    private static void ReportStrangers(
        CheckReport report,
        in Operation<SetInput, Elements> read,
        HashSet<string> tried)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        // An answered operation has an output.
        foreach (var element in read.Output!)
        {
            if (!tried.Contains(element))
            {
                report.Add(read.Id, $"{element} was never added");
            }
            else if (!seen.Add(element))
            {
                report.Add(read.Id, $"{element} is there twice");
            }
        }
    }

    // Positions: when it was added, when it was known to be there, and the latest invocations of reads that saw or
    // missed it.
    private sealed class ElementHistory(OperationId addition, string name, long addedAt)
    {
        public OperationId Addition { get; } = addition;

        public string Name { get; } = name;

        public long AddedAt { get; } = addedAt;

        public long Known { get; set; } = long.MaxValue;

        public long LastSeen { get; set; } = -1;

        public long LastMissed { get; set; } = -1;
    }
}
