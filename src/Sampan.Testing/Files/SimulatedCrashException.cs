namespace Sampan.Testing.Files;

/// <summary>
/// The simulated process is dead: the call never returns to it. It is no <see cref="IOException"/>, so that code which
/// handles failures of the disk cannot take it for one.
/// </summary>
public sealed class SimulatedCrashException : Exception
{
    /// <summary>An exception without a message.</summary>
    public SimulatedCrashException()
    {
    }

    /// <summary>An exception with a message.</summary>
    public SimulatedCrashException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with its cause.</summary>
    public SimulatedCrashException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
