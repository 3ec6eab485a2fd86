using System.Text;

namespace Sampan.Linearizability.Reports;

/// <summary>
/// Draws a checked history as one HTML page that needs nothing else: a lane for each process, a bar for each operation
/// from its invocation to its return, its number in the longest order that was found, and, for a "no", the operation
/// that could not be placed with the states in which it was tried. Hovering over a bar shows the rest.
/// </summary>
public static class HtmlTimeline
{
    /// <summary>
    /// Appends the page. It shows the partition that is not linearizable; if there is none, the first ones that fit.
    /// </summary>
    /// <param name="html">Where to.</param>
    /// <param name="model">The model of the check; it describes operations and states.</param>
    /// <param name="history">The history that was checked.</param>
    /// <param name="result">What came out.</param>
    /// <param name="options">How much to show; the defaults if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">A bound is not positive.</exception>
    public static void Write<TState, TInput, TOutput>(
        StringBuilder html,
        IModel<TState, TInput, TOutput> model,
        History<TInput, TOutput> history,
        CheckResult result,
        TimelineOptions? options = null)
        where TInput : notnull
    {
        ArgumentNullException.ThrowIfNull(html);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(result);
        options ??= new TimelineOptions();
        options.Validate();
        new TimelineWriter<TState, TInput, TOutput>(html, model, history, options).WritePage(result);
    }
}
