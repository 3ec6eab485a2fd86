using Sampan.Base;

namespace Sampan.Linearizability.Search;

/// <summary>
/// One partition, ready for the search: the operations that an order must contain, with the keys of their events, and
/// those it may contain. The latter come in classes of equal inputs, each in the order of invocations, and are placed
/// in that order: an order that uses a later one of a class and not an earlier one stays legal if the two are swapped.
/// <para>
/// A key is twice a position, and one more for an event of the history itself: so there is room, before the return of
/// an operation, for the end of those that must have happened by then.
/// </para>
/// </summary>
internal sealed class PreparedPartition<TInput, TOutput>
    where TInput : notnull
{
    private PreparedPartition(List<Operation<TInput, TOutput>> required, List<long> returnKeys, int optionalCount)
    {
        Required = [.. required];
        ReturnKeys = [.. returnKeys];
        Optional = new Operation<TInput, TOutput>[optionalCount];
        CallKeys = Array.ConvertAll(Required, operation => KeyOf(operation.InvokePosition));
        IsReadOnly = new bool[Required.Length];
        ClassStarts = [0];
    }

    /// <summary>Operations that every order contains, by invocation.</summary>
    public Operation<TInput, TOutput>[] Required { get; }

    /// <summary>The keys of their calls.</summary>
    public long[] CallKeys { get; }

    /// <summary>
    /// The keys of their returns: odd where the history has the return, even where the model demanded it.
    /// </summary>
    public long[] ReturnKeys { get; }

    /// <summary>Which of them change no state.</summary>
    public bool[] IsReadOnly { get; }

    /// <summary>Operations that an order may contain, class by class.</summary>
    public Operation<TInput, TOutput>[] Optional { get; }

    /// <summary>Where each class starts in <see cref="Optional"/>, and where the last one ends.</summary>
    public int[] ClassStarts { get; private set; }

    public int ClassCount => ClassStarts.Length - 1;

    public int Count => Required.Length + Optional.Length;

    public static long KeyOf(long position) => (position * 2) + 1;

    /// <summary>Asks the model what can be left out or is certain, and sorts the rest.</summary>
    /// <param name="model">The model.</param>
    /// <param name="operations">The partition's operations by invocation, without failed ones.</param>
    public static PreparedPartition<TInput, TOutput> Build<TState>(
        IModel<TState, TInput, TOutput> model,
        IEnumerable<Operation<TInput, TOutput>> operations)
    {
        var asked = new UnansweredOperations<TInput, TOutput>(
            [.. operations.Where(operation => operation.IsAnswered || !model.IsReadOnly(operation))]);
        model.Settle(asked);
        var required = new List<Operation<TInput, TOutput>>();
        var returnKeys = new List<long>();
        var classes = new List<List<Operation<TInput, TOutput>>>();
        var classOf = new Dictionary<TInput, List<Operation<TInput, TOutput>>>();
        for (var i = 0; i < asked.Operations.Count; i++)
        {
            var operation = asked.Operations[i];
            var completeBy = asked.CompleteByPositions[i];
            if (operation.IsAnswered)
            {
                Invariant.Holds(operation.InvokePosition < operation.ReturnPosition);
                required.Add(operation);
                returnKeys.Add(KeyOf(operation.ReturnPosition));
            }
            else if (completeBy < long.MaxValue && completeBy > operation.InvokePosition)
            {
                required.Add(operation);
                returnKeys.Add(completeBy * 2);
            }
            else if (!asked.IsDropped[i])
            {
                if (!classOf.TryGetValue(operation.Input, out var equal))
                {
                    classOf[operation.Input] = equal = [];
                    classes.Add(equal);
                }

                equal.Add(operation);
            }
        }

        var prepared = new PreparedPartition<TInput, TOutput>(required, returnKeys, classes.Sum(equal => equal.Count));
        prepared.Fill(model, classes);
        return prepared;
    }

    private void Fill<TState>(
        IModel<TState, TInput, TOutput> model,
        List<List<Operation<TInput, TOutput>>> classes)
    {
        for (var i = 0; i < Required.Length; i++)
        {
            IsReadOnly[i] = Required[i].IsAnswered && model.IsReadOnly(Required[i]);
        }

        ClassStarts = new int[classes.Count + 1];
        var count = 0;
        for (var c = 0; c < classes.Count; c++)
        {
            ClassStarts[c] = count;
            classes[c].CopyTo(Optional, count);
            count += classes[c].Count;
        }

        ClassStarts[classes.Count] = count;
        Invariant.Holds(count == Optional.Length);
    }
}
