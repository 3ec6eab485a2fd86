using Sampan.Base;

namespace Sampan.Linearizability;

/// <summary>
/// The operations of one partition, as a model sees them before the search, so that it can tell what follows for those
/// without an answer. Each of these doubles the search in the worst case; a sound rule saves it.
/// </summary>
/// <typeparam name="TInput">What is asked.</typeparam>
/// <typeparam name="TOutput">What is answered.</typeparam>
public sealed class UnansweredOperations<TInput, TOutput>
    where TInput : notnull
{
    private readonly Operation<TInput, TOutput>[] _operations;

    internal UnansweredOperations(Operation<TInput, TOutput>[] operations)
    {
        _operations = operations;
        IsDropped = new bool[operations.Length];
        CompleteByPositions = new long[operations.Length];
        Array.Fill(CompleteByPositions, long.MaxValue);
    }

    /// <summary>
    /// Answered and unanswered operations in the order of invocations, without failed ones and unanswered reads.
    /// </summary>
    public IReadOnlyList<Operation<TInput, TOutput>> Operations => _operations;

    internal bool[] IsDropped { get; }

    internal long[] CompleteByPositions { get; }

    /// <summary>
    /// Leaves an unanswered operation out. Sound if every legal order with it is also legal without it, that is: if
    /// nothing that was answered, and no unanswered operation that is kept, needs what it did.
    /// </summary>
    public void Drop(int index)
    {
        Invariant.Holds(!_operations[index].IsAnswered);
        IsDropped[index] = true;
    }

    /// <summary>
    /// Searches as if an unanswered operation had asked something else; those with equal inputs are searched as one.
    /// Sound if in every legal order either may stand for the other.
    /// </summary>
    public void Replace(int index, TInput input)
    {
        Invariant.Holds(!_operations[index].IsAnswered);
        _operations[index] = _operations[index] with { Input = input };
    }

    /// <summary>
    /// An unanswered operation must have happened before the event at <paramref name="position"/>, the return of an
    /// operation that saw its effect. Sound if nothing else can have had that effect.
    /// </summary>
    public void CompleteBy(int index, long position)
    {
        Invariant.Holds(!_operations[index].IsAnswered);
        CompleteByPositions[index] = Math.Min(CompleteByPositions[index], position);
    }
}
