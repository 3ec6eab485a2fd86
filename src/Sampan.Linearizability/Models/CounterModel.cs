using System.Globalization;

namespace Sampan.Linearizability.Models;

/// <summary>
/// One counter. Complete, and costly where many additions overlap, since their order never shows;
/// <see cref="Checks.CounterCheck"/> bounds the reads in linear time instead.
/// </summary>
public sealed class CounterModel : IModel<long, CounterInput, long>
{
    /// <summary>A counter that starts there.</summary>
    public CounterModel(long initialValue = 0) => InitialState = initialValue;

    /// <inheritdoc/>
    public long InitialState { get; }

    /// <inheritdoc/>
    public bool IsReadOnly(in Operation<CounterInput, long> operation) =>
        operation.Input.Action == CounterAction.Read || operation.Input.Amount == 0;

    /// <inheritdoc/>
    public bool TryStep(long state, in Operation<CounterInput, long> operation, out long next)
    {
        if (operation.Input.Action == CounterAction.Read)
        {
            next = state;
            return !operation.IsAnswered || operation.Output == state;
        }

        next = state + operation.Input.Amount;
        return true;
    }

    /// <inheritdoc/>
    public string Describe(in Operation<CounterInput, long> operation)
    {
        var answer = operation.Input.Action == CounterAction.Read
            ? operation.Output.ToString(CultureInfo.InvariantCulture)
            : "ok";
        return $"{operation.Input} -> {(operation.IsAnswered ? answer : "?")}";
    }
}
