namespace Sampan.Server;

/// <summary>A server could not start; the message says why, for an operator.</summary>
public sealed class ServerFailedException : Exception
{
    /// <summary>An exception without a message.</summary>
    public ServerFailedException()
    {
    }

    /// <summary>An exception with a message.</summary>
    public ServerFailedException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with its cause.</summary>
    public ServerFailedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
