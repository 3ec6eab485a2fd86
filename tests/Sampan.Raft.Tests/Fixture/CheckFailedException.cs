namespace Sampan.Raft.Tests.Fixture;

/// <summary>A property of the protocol does not hold. The message carries the last events, newest at the end.</summary>
public sealed class CheckFailedException : Exception
{
    /// <summary>A failure without a message.</summary>
    public CheckFailedException()
    {
    }

    /// <summary>A failure that says which property broke, and what led there.</summary>
    public CheckFailedException(string message)
        : base(message)
    {
    }

    /// <summary>A failure with the exception that revealed it.</summary>
    public CheckFailedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
