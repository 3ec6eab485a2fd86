namespace Sampan.MultiRaft.Abstractions;

/// <summary>
/// There is no room on the disk for a snapshot, or for another segment of the log. What was written of it is deleted;
/// nothing else is harmed.
/// </summary>
public sealed class StorageFullException : Exception
{
    /// <summary>An exception without a message.</summary>
    public StorageFullException()
    {
    }

    /// <summary>An exception that says what there was no room for.</summary>
    public StorageFullException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with its cause.</summary>
    public StorageFullException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
