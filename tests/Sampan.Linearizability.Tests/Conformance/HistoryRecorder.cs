namespace Sampan.Linearizability.Tests.Conformance;

/// <summary>
/// Pairs events to operations: a process has one at a time, and one that is neither ok nor fail has no answer.
/// </summary>
internal static class HistoryRecorder
{
    /// <summary>A history of those events.</summary>
    /// <param name="events">The events in their order.</param>
    /// <param name="input">What was asked, from the invocation; null to leave the operation out.</param>
    /// <param name="end">Ends an operation from its completion, of type ok or fail.</param>
    public static History<TInput, TOutput> Record<TInput, TOutput>(
        IEnumerable<RecordedEvent> events,
        Func<RecordedEvent, TInput?> input,
        Action<History<TInput, TOutput>, OperationId, RecordedEvent> end)
        where TInput : struct =>
        RecordAny(events, one => input(one) is { } asked ? [asked] : [], end);

    /// <summary>The same for inputs that are objects.</summary>
    public static History<TInput, TOutput> RecordAny<TInput, TOutput>(
        IEnumerable<RecordedEvent> events,
        Func<RecordedEvent, IEnumerable<TInput>> input,
        Action<History<TInput, TOutput>, OperationId, RecordedEvent> end)
        where TInput : notnull
    {
        var history = new History<TInput, TOutput>();
        var open = new Dictionary<int, OperationId>();
        foreach (var recorded in events)
        {
            if (recorded.Type == "invoke")
            {
                open.Remove(recorded.Process);
                foreach (var asked in input(recorded))
                {
                    open[recorded.Process] = history.Invoke(recorded.Process, asked);
                }
            }
            else if (recorded.Type is "ok" or "fail" && open.Remove(recorded.Process, out var id))
            {
                end(history, id, recorded);
            }
        }

        return history;
    }
}
