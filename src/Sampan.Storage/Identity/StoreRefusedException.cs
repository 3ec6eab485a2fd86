namespace Sampan.Storage.Identity;

/// <summary>A data directory is not opened; the message tells an operator why, and what to do.</summary>
public sealed class StoreRefusedException : Exception
{
    /// <summary>An exception without a message.</summary>
    public StoreRefusedException()
    {
    }

    /// <summary>An exception with a message.</summary>
    public StoreRefusedException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with its cause.</summary>
    public StoreRefusedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>An exception with its reason.</summary>
    public StoreRefusedException(StoreRefusal reason, string message)
        : base(message)
    {
        Reason = reason;
    }

    /// <summary>Why.</summary>
    public StoreRefusal Reason { get; }
}
