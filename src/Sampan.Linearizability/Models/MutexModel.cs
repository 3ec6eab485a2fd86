namespace Sampan.Linearizability.Models;

/// <summary>
/// One mutex that starts free. It does not ask who holds it, so that a release by somebody else is legal; two clients
/// that hold it at once are what it finds. A refused acquisition is <see cref="OperationOutcome.Failed"/>.
/// </summary>
public sealed class MutexModel : IModel<bool, MutexAction, NoOutput>
{
    /// <inheritdoc/>
    public bool InitialState => false;

    /// <inheritdoc/>
    public bool TryStep(bool state, in Operation<MutexAction, NoOutput> operation, out bool next)
    {
        next = operation.Input == MutexAction.Acquire;
        return next != state;
    }

    /// <inheritdoc/>
    public string DescribeState(bool state) => state ? "held" : "free";

    /// <inheritdoc/>
    public string Describe(in Operation<MutexAction, NoOutput> operation)
    {
        var action = operation.Input == MutexAction.Acquire ? "acquire" : "release";
        return $"{action} -> {(operation.IsAnswered ? "ok" : "?")}";
    }
}
