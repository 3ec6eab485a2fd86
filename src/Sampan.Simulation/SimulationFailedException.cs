namespace Sampan.Simulation;

/// <summary>A simulated history broke a promise; the message says which, and with which seed it comes again.</summary>
public sealed class SimulationFailedException : Exception
{
    /// <summary>The last things that happened to each store, a line each; empty where nobody kept them.</summary>
    public string Trace { get; init; } = string.Empty;

    /// <summary>An exception without a message.</summary>
    public SimulationFailedException()
    {
    }

    /// <summary>An exception with a message.</summary>
    public SimulationFailedException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with its cause.</summary>
    public SimulationFailedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
