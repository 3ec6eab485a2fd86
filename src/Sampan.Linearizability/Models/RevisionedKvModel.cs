namespace Sampan.Linearizability.Models;

/// <summary>
/// One key of a store whose changes carry revisions, as etcd's: each change takes the next revision of the whole store,
/// each answer tells the store's revision, each read tells the revision that set the key. A key is a partition; what
/// holds between keys is for <see cref="RevisionedKvChecker"/>, which is the way to use this model.
/// </summary>
public sealed class RevisionedKvModel : IModel<RevisionedState, RevisionedInput, RevisionedOutput>
{
    /// <summary>Keys of a store that starts at that revision, without them.</summary>
    public RevisionedKvModel(long initialRevision = 0) =>
        InitialState = new RevisionedState { StoreRevisionMin = initialRevision };

    /// <inheritdoc/>
    public RevisionedState InitialState { get; }

    /// <inheritdoc/>
    public string? PartitionOf(RevisionedInput input) => input.Key;

    /// <inheritdoc/>
    public bool TryStep(
        RevisionedState state,
        in Operation<RevisionedInput, RevisionedOutput> operation,
        out RevisionedState next)
    {
        if (!operation.IsAnswered)
        {
            return TryGuess(state, operation.Input, out next);
        }

        return IsChange(operation)
            ? TryChange(state, operation.Input, operation.Output.Revision, out next)
            : TryLook(state, operation.Input, operation.Output, out next);
    }

    /// <summary>
    /// Drops unanswered puts whose value nobody read, where the key has only reads and puts (a deletion or a comparison
    /// might have met them), and bounds those whose value somebody read and nobody else put.
    /// </summary>
    public void Settle(UnansweredOperations<RevisionedInput, RevisionedOutput> partition)
    {
        ArgumentNullException.ThrowIfNull(partition);
        var hasOnlyPuts = true;
        var writers = new Dictionary<string, int>(StringComparer.Ordinal);
        var firstReads = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var operation in partition.Operations)
        {
            var input = operation.Input;
            if (input.Action is RevisionedAction.Put or RevisionedAction.CompareAndPut)
            {
                writers[input.Value ?? string.Empty] = writers.GetValueOrDefault(input.Value ?? string.Empty) + 1;
            }

            if (operation.IsAnswered && input.Action == RevisionedAction.Get
                && operation.Output.Value is { } read)
            {
                firstReads[read] = Math.Min(
                    firstReads.GetValueOrDefault(read, long.MaxValue), operation.ReturnPosition);
            }

            hasOnlyPuts &= input.Action is RevisionedAction.Put or RevisionedAction.Get;
        }

        for (var i = 0; i < partition.Operations.Count; i++)
        {
            var operation = partition.Operations[i];
            var value = operation.Input.Value ?? string.Empty;
            var isPut = operation.Input.Action is RevisionedAction.Put or RevisionedAction.CompareAndPut;
            if (operation.IsAnswered || !isPut)
            {
                continue;
            }

            if (!firstReads.TryGetValue(value, out var position))
            {
                if (hasOnlyPuts)
                {
                    partition.Drop(i);
                }
            }
            else if (writers[value] == 1)
            {
                partition.CompleteBy(i, position);
            }
        }
    }

    /// <inheritdoc/>
    public bool IsReadOnly(in Operation<RevisionedInput, RevisionedOutput> operation) =>
        !operation.IsAnswered && operation.Input.Action == RevisionedAction.Get;

    /// <inheritdoc/>
    public int SizeBytesOf(RevisionedState state) => 40;

    /// <summary>Whether the answered operation took a revision.</summary>
    internal static bool IsChange(in Operation<RevisionedInput, RevisionedOutput> operation) =>
        operation.Input.Action == RevisionedAction.Put
        || (operation.Input.Action != RevisionedAction.Get && operation.Output.HasChanged);

    private static bool TryGuess(RevisionedState state, RevisionedInput input, out RevisionedState next)
    {
        next = state with { StoreRevisionMin = state.StoreRevisionMin + 1 };
        switch (input.Action)
        {
            case RevisionedAction.Put:
            case RevisionedAction.CompareAndPut when CanBeAt(state, input.ExpectedRevision):
                next = next with
                {
                    Value = input.Value,
                    ModRevisionMin = next.StoreRevisionMin,
                    ModRevisionMax = long.MaxValue,
                };
                return true;
            case RevisionedAction.Delete when state.Value is not null:
                next = new RevisionedState { StoreRevisionMin = next.StoreRevisionMin };
                return true;
            default:
                return false;
        }
    }

    private static bool TryChange(
        RevisionedState state,
        RevisionedInput input,
        long revision,
        out RevisionedState next)
    {
        next = new RevisionedState { StoreRevisionMin = revision };
        if (input.Action != RevisionedAction.Delete)
        {
            next = next with { Value = input.Value, ModRevisionMin = revision, ModRevisionMax = revision };
        }

        return revision > state.StoreRevisionMin && input.Action switch
        {
            RevisionedAction.Delete => state.Value is not null,
            RevisionedAction.CompareAndPut => CanBeAt(state, input.ExpectedRevision),
            _ => true,
        };
    }

    private static bool TryLook(
        RevisionedState state,
        RevisionedInput input,
        RevisionedOutput output,
        out RevisionedState next)
    {
        // What set the key did so before this answer, so in no later revision.
        next = state with
        {
            StoreRevisionMin = Math.Max(state.StoreRevisionMin, output.Revision),
            ModRevisionMax = Math.Min(state.ModRevisionMax, output.Revision),
        };
        if (output.Revision < state.StoreRevisionMin || next.ModRevisionMin > next.ModRevisionMax)
        {
            return false;
        }

        switch (input.Action)
        {
            case RevisionedAction.Delete:
                return state.Value is null;
            case RevisionedAction.CompareAndPut:
                return next.ModRevisionMin < next.ModRevisionMax || next.ModRevisionMin != input.ExpectedRevision;
            default:
                var isSame = string.Equals(state.Value, output.Value, StringComparison.Ordinal)
                    && CanBeAt(next, output.ModRevision);
                next = next with { ModRevisionMin = output.ModRevision, ModRevisionMax = output.ModRevision };
                return isSame;
        }
    }

    private static bool CanBeAt(RevisionedState state, long revision) =>
        state.ModRevisionMin <= revision && revision <= state.ModRevisionMax;
}
