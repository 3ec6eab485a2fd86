namespace Sampan.Linearizability.Checks;

/// <summary>One violation.</summary>
/// <param name="Operation">The operation that shows it.</param>
/// <param name="Text">What is wrong, for people.</param>
public readonly record struct Finding(OperationId Operation, string Text)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Operation}: {Text}";
}
