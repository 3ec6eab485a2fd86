using System.Globalization;
using System.Text;

namespace Sampan.Linearizability.Reports;

/// <summary>One page in the making.</summary>
internal sealed class TimelineWriter<TState, TInput, TOutput>
    where TInput : notnull
{
    private const int PixelsAnEvent = 36;
    private const int LabelPixels = 96;
    private const int RowPixels = 26;

    private readonly StringBuilder _html;
    private readonly IModel<TState, TInput, TOutput> _model;
    private readonly History<TInput, TOutput> _history;
    private readonly TimelineOptions _options;

    public TimelineWriter(
        StringBuilder html,
        IModel<TState, TInput, TOutput> model,
        History<TInput, TOutput> history,
        TimelineOptions options)
    {
        _html = html;
        _model = model;
        _history = history;
        _options = options;
    }

    public void WritePage(CheckResult result)
    {
        Append($"<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"/>");
        Append($"<title>{Escape(_options.Title)}</title>");
        Append($"<style>\n{TimelineStyle.Css}\n</style></head>\n<body>\n<h1>{Escape(_options.Title)} ");
        Append($"<span class=\"verdict {result.Verdict}\">{NameOf(result.Verdict)}</span></h1>\n");
        Append($"<p>{_history.Count} operations, {result.Partitions.Count} partitions, {result.Steps} steps, ");
        Append($"{result.CacheBytesPeak} bytes at most.</p>\n");
        if (result.Failure is { } failure)
        {
            WritePartition(failure, _options.OperationsMax);
        }
        else
        {
            var left = _options.OperationsMax;
            foreach (var partition in result.Partitions)
            {
                left -= left > 0 ? WritePartition(partition, left) : 0;
            }
        }

        Append($"</body>\n</html>\n");
    }

    // Returns how many operations it drew.
    private int WritePartition(PartitionResult partition, int operationsMax)
    {
        var name = partition.Key is null ? "The object" : $"Key {partition.Key}";
        Append($"<h2>{Escape(name)} ");
        Append($"<span class=\"verdict {partition.Verdict}\">{NameOf(partition.Verdict)}</span></h2>\n");
        var numbers = new Dictionary<OperationId, int>();
        foreach (var id in partition.Order)
        {
            numbers[id] = numbers.Count + 1;
        }

        if (partition.UnknownReason is { } reason)
        {
            Append($"<p>Not decided: {Escape(reason)}.</p>\n");
        }

        if (partition.Unplaced is { } unplaced)
        {
            WriteFailure(partition, _history[unplaced]);
        }

        var shown = Select(partition, operationsMax);
        WriteLanes(shown, partition, numbers);
        WriteOrder(partition, shown.Count == 0 ? 0 : operationsMax);
        return shown.Count;
    }

    private void WriteFailure(PartitionResult partition, in Operation<TInput, TOutput> unplaced)
    {
        Append($"<div class=\"failure\"><p>No order explains ");
        Append($"<code>{unplaced.Id} {Escape(_model.Describe(unplaced))}</code> ");
        Append($"of process {unplaced.Process}, although everything that returned before it can be explained, ");
        Append($"as by the {partition.Order.Count} operations numbered below. ");
        Append($"It was tried in vain in these states:</p>\n<ul>");
        foreach (var state in partition.States)
        {
            Append($"<li><code>{Escape(state)}</code></li>");
        }

        Append($"</ul></div>\n");
    }

    // Those that were invoked last before the failure and a few after it, or the first ones.
    private List<Operation<TInput, TOutput>> Select(PartitionResult partition, int operationsMax)
    {
        var all = _history
            .Where(operation => operation.Outcome != OperationOutcome.Failed
                && string.Equals(_model.PartitionOf(operation.Input), partition.Key, StringComparison.Ordinal))
            .ToList();
        if (all.Count == 0 && partition.Unplaced is not null)
        {
            // A result that is about more than one partition.
            all = [.. _history.Where(operation => operation.Outcome != OperationOutcome.Failed)];
        }

        if (partition.Unplaced is not { } unplaced)
        {
            return all[..Math.Min(all.Count, operationsMax)];
        }

        var end = all.FindIndex(operation => operation.InvokePosition > _history[unplaced].ReturnPosition);
        end = Math.Min(all.Count, (end < 0 ? all.Count : end) + (operationsMax / 10));
        return all[Math.Max(0, end - operationsMax)..end];
    }

    private void WriteLanes(
        List<Operation<TInput, TOutput>> shown,
        PartitionResult partition,
        Dictionary<OperationId, int> numbers)
    {
        var positions = shown.Select(operation => operation.InvokePosition)
            .Concat(shown.Where(operation => operation.IsAnswered).Select(operation => operation.ReturnPosition))
            .Order()
            .ToArray();
        var width = LabelPixels + ((positions.Length + 1) * PixelsAnEvent);
        Append($"<div class=\"frame\">\n");
        foreach (var lane in shown.GroupBy(operation => operation.Process).OrderBy(lane => lane.Key))
        {
            // An operation without an answer lasts for ever: what the process does later goes into further rows.
            var rowEnds = new List<long>();
            var bars = new StringBuilder();
            foreach (var operation in lane)
            {
                var row = rowEnds.FindIndex(end => end < operation.InvokePosition);
                row = row < 0 ? rowEnds.Count : row;
                rowEnds.Insert(row, operation.ReturnPosition);
                if (row + 1 < rowEnds.Count)
                {
                    rowEnds.RemoveAt(row + 1);
                }

                AppendBar(bars, operation, (row, positions), partition, numbers);
            }

            Append($"<div class=\"lane\" style=\"width:{width}px;height:{rowEnds.Count * RowPixels}px\">");
            Append($"<b>process {lane.Key}</b>{bars}</div>\n");
        }

        Append($"</div>\n");
    }

    private void AppendBar(
        StringBuilder bars,
        in Operation<TInput, TOutput> operation,
        (int Row, long[] Positions) place,
        PartitionResult partition,
        Dictionary<OperationId, int> numbers)
    {
        var start = Array.BinarySearch(place.Positions, operation.InvokePosition);
        var end = operation.IsAnswered
            ? Array.BinarySearch(place.Positions, operation.ReturnPosition)
            : place.Positions.Length;
        var hasNumber = numbers.TryGetValue(operation.Id, out var number);
        var isUnplaced = operation.Id == partition.Unplaced;
        var kind = isUnplaced ? "unplaced" : hasNumber ? "placed" : "other";
        var left = LabelPixels + (start * PixelsAnEvent);
        var width = ((end - start) * PixelsAnEvent) - 4;
        var text = _model.Describe(operation);
        var fate = hasNumber ? $"number {number} of the order" : "not in the order";
        var returned = operation.IsAnswered ? $"returned at {operation.ReturnPosition}" : "no answer";
        var title = $"{operation.Id}, process {operation.Process}\n{text}\n"
            + $"invoked at {operation.InvokePosition}, {returned}\n{fate}";
        bars.Append(
            CultureInfo.InvariantCulture,
            $"<div class=\"op {kind}{(operation.IsAnswered ? string.Empty : " open")}\" title=\"{Escape(title)}\" ");
        bars.Append(
            CultureInfo.InvariantCulture,
            $"style=\"left:{left}px;width:{width}px;top:{(place.Row * RowPixels) + 2}px\">");
        bars.Append(
            CultureInfo.InvariantCulture,
            $"{(hasNumber ? $"<i>{number}</i>" : string.Empty)}{Escape(text)}</div>");
        if (isUnplaced)
        {
            bars.Append(CultureInfo.InvariantCulture, $"<div class=\"end\" style=\"left:{left + width}px\"></div>");
        }
    }

    // The order with the state after each operation, replayed on the model; its end matters most.
    private void WriteOrder(PartitionResult partition, int operationsMax)
    {
        if (partition.Order.Count == 0)
        {
            return;
        }

        var first = Math.Max(0, partition.Order.Count - operationsMax);
        var state = _model.InitialState;
        Append($"<h2>Order found, with the state after each</h2>\n<ol start=\"{first + 1}\">\n");
        for (var i = 0; i < partition.Order.Count; i++)
        {
            var operation = _history[partition.Order[i]];
            if (_model.TryStep(state, operation, out var next))
            {
                state = next;
            }

            if (i >= first)
            {
                Append($"<li>{Escape($"{operation.Id} p{operation.Process}: {_model.Describe(operation)}")} ");
                Append($"<code>{Escape(_model.DescribeState(state))}</code></li>\n");
            }
        }

        Append($"</ol>\n");
    }

    private void Append(FormattableString text) => _html.Append(text.ToString(CultureInfo.InvariantCulture));

    private static string NameOf(Verdict verdict) => verdict switch
    {
        Verdict.Linearizable => "linearizable",
        Verdict.NotLinearizable => "not linearizable",
        _ => "unknown",
    };

    private static string Escape(string text) => text
        .Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal)
        .Replace("\"", "&quot;", StringComparison.Ordinal)
        .Replace("\n", "&#10;", StringComparison.Ordinal);
}
