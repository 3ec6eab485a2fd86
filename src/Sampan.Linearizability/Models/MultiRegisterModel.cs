using Sampan.Linearizability.Transactions;

namespace Sampan.Linearizability.Models;

/// <summary>
/// Several registers under transactions of reads and writes, which see and change all of them at once: the whole store
/// is one partition. Transactions of <see cref="TransactionAction.Read"/> and <see cref="TransactionAction.Write"/>
/// only.
/// </summary>
public sealed class MultiRegisterModel : IModel<RegisterMap, Transaction, Transaction>
{
    /// <summary>Registers that start with those values; all nil if none are given.</summary>
    public MultiRegisterModel(RegisterMap? initialState = null) => InitialState = initialState ?? RegisterMap.Empty;

    /// <inheritdoc/>
    public RegisterMap InitialState { get; }

    /// <inheritdoc/>
    public bool IsReadOnly(in Operation<Transaction, Transaction> operation) =>
        operation.Input.Steps.All(step => step.Action == TransactionAction.Read);

    /// <inheritdoc/>
    public bool TryStep(
        RegisterMap state,
        in Operation<Transaction, Transaction> operation,
        out RegisterMap next)
    {
        ArgumentNullException.ThrowIfNull(state);
        next = state;
        foreach (var step in (operation.Output ?? operation.Input).Steps)
        {
            if (step.Action == TransactionAction.Write)
            {
                next = next.With(step.Key, step.Value);
            }
            else if (operation.IsAnswered && next[step.Key] != step.Value)
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public int SizeBytesOf(RegisterMap state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return 64 + (state.Count * 24);
    }

    /// <inheritdoc/>
    public string Describe(in Operation<Transaction, Transaction> operation) =>
        operation.IsAnswered ? $"{operation.Output}" : $"{operation.Input} -> ?";
}
