using Sampan.Linearizability.Models;

namespace Sampan.Linearizability.Tests;

/// <summary>A whole store with revisions as a model: what the checker of revisions must agree with.</summary>
internal sealed class RevisionedStoreModel : IModel<RevisionedStore, RevisionedInput, RevisionedOutput>
{
    /// <inheritdoc/>
    public RevisionedStore InitialState => RevisionedStore.Empty;

    /// <inheritdoc/>
    public bool TryStep(
        RevisionedStore state,
        in Operation<RevisionedInput, RevisionedOutput> operation,
        out RevisionedStore next)
    {
        (next, var output) = state.Apply(operation.Input);
        return !operation.IsAnswered || output == operation.Output;
    }
}
