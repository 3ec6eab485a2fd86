namespace Sampan.Linearizability.Models;

/// <summary>
/// Registers that are read, written and compared-and-swapped, each key by itself. For a workload that is cheap to
/// check, write each value once.
/// </summary>
/// <typeparam name="TValue">Its values; take a nullable type for a register that starts as nil.</typeparam>
public sealed class RegisterModel<TValue> : IModel<TValue?, RegisterInput<TValue>, RegisterOutput<TValue>>
{
    private static readonly EqualityComparer<TValue?> _values = EqualityComparer<TValue?>.Default;

    /// <summary>Registers that start with that value.</summary>
    public RegisterModel(TValue? initialValue = default) => InitialState = initialValue;

    /// <inheritdoc/>
    public TValue? InitialState { get; }

    /// <inheritdoc/>
    public string? PartitionOf(RegisterInput<TValue> input) => input.Key;

    /// <inheritdoc/>
    public bool IsReadOnly(in Operation<RegisterInput<TValue>, RegisterOutput<TValue>> operation) =>
        operation.Input.Action == RegisterAction.Read || IsRefusedSwap(operation);

    /// <inheritdoc/>
    public bool TryStep(
        TValue? state,
        in Operation<RegisterInput<TValue>, RegisterOutput<TValue>> operation,
        out TValue? next)
    {
        next = state;
        switch (operation.Input.Action)
        {
            case RegisterAction.Read:
                return !operation.IsAnswered || _values.Equals(state, operation.Output.Value);
            case RegisterAction.Write:
                next = operation.Input.Value;
                return true;
            default:
                var isEqual = _values.Equals(state, operation.Input.Expected);
                next = isEqual ? operation.Input.Value : state;
                return operation.IsAnswered ? isEqual == operation.Output.IsSwapped : isEqual;
        }
    }

    /// <summary>
    /// Drops unanswered writes whose value nobody needs, or takes them for equal, and bounds those whose value somebody
    /// saw and nobody else wrote.
    /// </summary>
    /// <remarks>
    /// Between a write whose value nobody needs and the next write no answered read and no successful swap can stand,
    /// since each would have needed its value; so nothing misses it. A refused swap might stand there and need that the
    /// value is *another* one: then such writes are kept, but it does not matter which of them it is, unless a refused
    /// swap names its value. Dropping a swap takes away a need, hence the repetition.
    /// </remarks>
    public void Settle(UnansweredOperations<RegisterInput<TValue>, RegisterOutput<TValue>> partition)
    {
        ArgumentNullException.ThrowIfNull(partition);
        var uses = new RegisterValueUses<TValue>(partition.Operations, InitialState);
        for (var wasDropped = !uses.HasRefusedSwap; wasDropped;)
        {
            wasDropped = false;
            for (var i = 0; i < partition.Operations.Count; i++)
            {
                var operation = partition.Operations[i];
                if (!operation.IsAnswered && !uses.IsDropped(i) && !uses.IsNeeded(operation.Input.Value))
                {
                    uses.Drop(i);
                    partition.Drop(i);
                    wasDropped = true;
                }
            }
        }

        RegisterInput<TValue>? other = null;
        for (var i = 0; i < partition.Operations.Count; i++)
        {
            var operation = partition.Operations[i];
            if (operation.IsAnswered || uses.IsDropped(i))
            {
                continue;
            }

            if (!uses.IsNeeded(operation.Input.Value) && !uses.IsNamed(operation.Input.Value))
            {
                other ??= operation.Input;
                partition.Replace(i, operation.Input with { Value = other.Value.Value });
            }
            else if (uses.TryGetWitness(operation.Input.Value, out var position))
            {
                partition.CompleteBy(i, position);
            }
        }
    }

    /// <inheritdoc/>
    public string Describe(in Operation<RegisterInput<TValue>, RegisterOutput<TValue>> operation)
    {
        var answer = operation.Input.Action switch
        {
            _ when !operation.IsAnswered => "?",
            RegisterAction.Read => operation.Output.Value?.ToString() ?? "nil",
            RegisterAction.Write => "ok",
            _ => operation.Output.IsSwapped ? "swapped" : "refused",
        };
        return $"{operation.Input} -> {answer}";
    }

    private static bool IsRefusedSwap(in Operation<RegisterInput<TValue>, RegisterOutput<TValue>> operation) =>
        operation.Input.Action == RegisterAction.CompareAndSwap && operation.IsAnswered
        && !operation.Output.IsSwapped;
}
