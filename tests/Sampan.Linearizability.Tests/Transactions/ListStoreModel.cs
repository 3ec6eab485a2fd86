using Sampan.Linearizability.Transactions;

namespace Sampan.Linearizability.Tests.Transactions;

/// <summary>A whole store of lists as a model.</summary>
internal sealed class ListStoreModel : IModel<ListStore, Transaction, Transaction>
{
    /// <inheritdoc/>
    public ListStore InitialState => ListStore.Empty;

    /// <inheritdoc/>
    public bool TryStep(ListStore state, in Operation<Transaction, Transaction> operation, out ListStore next)
    {
        (next, var output) = state.Apply(operation.Input);
        return !operation.IsAnswered || $"{output}" == $"{operation.Output}";
    }
}
