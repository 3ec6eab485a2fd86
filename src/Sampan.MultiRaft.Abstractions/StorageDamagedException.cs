namespace Sampan.MultiRaft.Abstractions;

/// <summary>Something on disk is not what was written. The message says which file, where, and which groups.</summary>
public sealed class StorageDamagedException : Exception
{
    /// <summary>An exception without a message.</summary>
    public StorageDamagedException()
    {
    }

    /// <summary>An exception that says what is damaged.</summary>
    public StorageDamagedException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with its cause.</summary>
    public StorageDamagedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
