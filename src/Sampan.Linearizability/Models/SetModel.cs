namespace Sampan.Linearizability.Models;

/// <summary>
/// One set that starts empty and whose reads see all elements at once. For sets of some dozens of elements; larger ones
/// that only grow are for <see cref="Checks.SetCheck"/>.
/// </summary>
public sealed class SetModel : IModel<Elements, SetInput, Elements>
{
    /// <inheritdoc/>
    public Elements InitialState => Elements.Empty;

    /// <inheritdoc/>
    public bool IsReadOnly(in Operation<SetInput, Elements> operation) => operation.Input.Action == SetAction.Read;

    /// <inheritdoc/>
    public bool TryStep(Elements state, in Operation<SetInput, Elements> operation, out Elements next)
    {
        ArgumentNullException.ThrowIfNull(state);
        next = state;
        var element = operation.Input.Element ?? string.Empty;
        switch (operation.Input.Action)
        {
            case SetAction.Read:
                return !operation.IsAnswered || state.Equals(operation.Output);
            case SetAction.Add:
                next = state.InsertSorted(element);
                return true;
            default:
                next = state.RemoveSorted(element);
                return true;
        }
    }

    /// <inheritdoc/>
    public int SizeBytesOf(Elements state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return 48 + (state.Count * 8);
    }
}
