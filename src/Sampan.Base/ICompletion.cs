namespace Sampan.Base;

/// <summary>
/// A request whose outcome is known and whose waiter must be told, on a thread that may run the waiter's code.
/// </summary>
public interface ICompletion
{
    /// <summary>Tells the waiter. Called once by an <see cref="ICompletionQueue"/>, never by a worker.</summary>
    void Complete();
}
