namespace Sampan.Cli.Bench;

/// <summary>A load cannot be run; the message names the option or the endpoint that keeps it.</summary>
public sealed class LoadException : Exception
{
    /// <summary>An exception without a message.</summary>
    public LoadException()
    {
    }

    /// <summary>An exception with a message.</summary>
    public LoadException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with its cause.</summary>
    public LoadException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
