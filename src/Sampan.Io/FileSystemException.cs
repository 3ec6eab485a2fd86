namespace Sampan.Io;

/// <summary>A call to the file system failed.</summary>
public sealed class FileSystemException : IOException
{
    /// <summary>An exception without a message.</summary>
    public FileSystemException()
    {
    }

    /// <summary>An exception with a message.</summary>
    public FileSystemException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with its cause.</summary>
    public FileSystemException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>An exception that says what failed, where and why.</summary>
    public FileSystemException(FileFailure failure, string operation, string path, string detail)
        : base($"{operation} of {path} failed: {detail}")
    {
        Failure = failure;
        Operation = operation;
        FilePath = path;
    }

    /// <summary>What kind of failure it is: what to do about it depends on nothing else.</summary>
    public FileFailure Failure { get; } = FileFailure.Device;

    /// <summary>The call, as the operating system names it.</summary>
    public string Operation { get; } = string.Empty;

    /// <summary>The file or directory.</summary>
    public string FilePath { get; } = string.Empty;
}
