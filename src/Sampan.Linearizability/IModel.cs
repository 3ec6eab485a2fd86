namespace Sampan.Linearizability;

/// <summary>
/// What an object does when it is used by one client at a time: the specification that a history is checked against. A
/// model is a pure function of its arguments and keeps nothing between calls; its states are immutable.
/// </summary>
/// <typeparam name="TState">A state. Compared by <see cref="StateComparer"/>; null may be a state.</typeparam>
/// <typeparam name="TInput">What is asked.</typeparam>
/// <typeparam name="TOutput">What is answered.</typeparam>
public interface IModel<TState, TInput, TOutput>
    where TInput : notnull
{
    /// <summary>The state of each partition before the first operation.</summary>
    TState InitialState { get; }

    /// <summary>Equality and hash of states: equal states must allow the same future.</summary>
    IEqualityComparer<TState> StateComparer => EqualityComparer<TState>.Default;

    /// <summary>
    /// Lets an operation happen. Returns false if it cannot happen in this state with the output it has. Where
    /// <see cref="Operation{TInput, TOutput}.IsAnswered"/> is false any output is possible; a model may then return
    /// false where the operation would change nothing, since it may as well not have happened.
    /// </summary>
    bool TryStep(TState state, in Operation<TInput, TOutput> operation, out TState next);

    /// <summary>
    /// Whether the operation, with the output it has, changes no state in which it can happen. The search then places
    /// it as soon as it fits, without trying anything else, and leaves it out if it was not answered. False is always
    /// safe.
    /// </summary>
    bool IsReadOnly(in Operation<TInput, TOutput> operation) => false;

    /// <summary>
    /// The part of the object that the operation concerns, null for the whole. Sound only if parts do not depend on
    /// each other: then a history is linearizable if and only if that of each part is (Herlihy and Wing 1990, theorem
    /// 1; Horn and Kroening 2015, P-compositionality).
    /// </summary>
    string? PartitionOf(TInput input) => null;

    /// <summary>
    /// Called once a partition, before the search: what the model knows about operations without an answer. By default
    /// nothing, which is always sound.
    /// </summary>
    void Settle(UnansweredOperations<TInput, TOutput> partition)
    {
    }

    /// <summary>Bytes that a state takes, roughly; counts towards the memory bound of a check.</summary>
    int SizeBytesOf(TState state) => 16;

    /// <summary>A state for people.</summary>
    string DescribeState(TState state) => state?.ToString() ?? "nil";

    /// <summary>An operation for people, without its process and positions.</summary>
    string Describe(in Operation<TInput, TOutput> operation) =>
        operation.IsAnswered ? $"{operation.Input} -> {operation.Output}" : $"{operation.Input} -> ?";
}
