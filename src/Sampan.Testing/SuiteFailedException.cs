namespace Sampan.Testing;

/// <summary>An implementation of a port does not do what its contract says.</summary>
public sealed class SuiteFailedException : Exception
{
    /// <summary>An exception without a message.</summary>
    public SuiteFailedException()
    {
    }

    /// <summary>An exception that says what does not hold.</summary>
    public SuiteFailedException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with its cause.</summary>
    public SuiteFailedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
