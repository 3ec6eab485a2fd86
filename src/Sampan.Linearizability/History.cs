using System.Collections;
using System.Runtime.InteropServices;
using Sampan.Base;

namespace Sampan.Linearizability;

/// <summary>
/// What clients saw, in one total order: the order of the calls of <see cref="Invoke"/>, <see cref="Complete"/> and
/// <see cref="Fail"/> is the order of the events. Whoever records from several threads must bring the events into that
/// order first; an event may be recorded early (invocation) or late (return), which only makes the history more
/// permissive, never the other way round. Not thread-safe. Grows with what it is told and has no bound of its own:
/// its writer bounds the workload.
/// </summary>
/// <typeparam name="TInput">What is asked. Equal inputs without an answer are taken to be interchangeable.</typeparam>
/// <typeparam name="TOutput">What is answered.</typeparam>
public sealed class History<TInput, TOutput> : IReadOnlyList<Operation<TInput, TOutput>>
    where TInput : notnull
{
    private readonly List<Operation<TInput, TOutput>> _operations = [];
    private long _position;

    /// <summary>How many operations were invoked.</summary>
    public int Count => _operations.Count;

    /// <summary>The operations in the order of their invocations. Valid until the next call that records.</summary>
    public ReadOnlySpan<Operation<TInput, TOutput>> Operations => CollectionsMarshal.AsSpan(_operations);

    /// <inheritdoc/>
    public Operation<TInput, TOutput> this[int index] => _operations[index];

    /// <summary>The operation of that id.</summary>
    public Operation<TInput, TOutput> this[OperationId id] => _operations[id.Index];

    /// <summary>
    /// A client asks. As long as neither <see cref="Complete"/> nor <see cref="Fail"/> is called for the returned id,
    /// the operation counts as unanswered: it may have happened or not.
    /// </summary>
    public OperationId Invoke(int process, TInput input)
    {
        var id = new OperationId(_operations.Count);
        _operations.Add(new Operation<TInput, TOutput>
        {
            Id = id,
            Process = process,
            Input = input,
            InvokePosition = _position++,
        });
        return id;
    }

    /// <summary>The answer of an operation, once at most; it happened.</summary>
    public void Complete(OperationId id, TOutput output) => End(id, OperationOutcome.Completed, output);

    /// <summary>An operation ended, once at most, and surely did not happen. In doubt do not call this.</summary>
    public void Fail(OperationId id) => End(id, OperationOutcome.Failed, default);

    /// <inheritdoc/>
    public IEnumerator<Operation<TInput, TOutput>> GetEnumerator() => _operations.GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private void End(OperationId id, OperationOutcome outcome, TOutput? output)
    {
        ref var operation = ref CollectionsMarshal.AsSpan(_operations)[id.Index];
        Invariant.Holds(operation.Outcome == OperationOutcome.Unknown);
        Invariant.Holds(operation.InvokePosition < _position);
        operation = operation with { Outcome = outcome, Output = output, ReturnPosition = _position++ };
    }
}
