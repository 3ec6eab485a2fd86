namespace Sampan.Base;

/// <summary>
/// A state that must not exist. No code continues after it: the store stops, so that it cannot answer wrongly.
/// </summary>
public sealed class InvariantViolationException : Exception
{
    /// <summary>An exception without a message.</summary>
    public InvariantViolationException()
    {
    }

    /// <summary>An exception that says which invariant was violated, and where.</summary>
    public InvariantViolationException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with the failure that revealed it.</summary>
    public InvariantViolationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
