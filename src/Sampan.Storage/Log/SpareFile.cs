using Sampan.Io;

namespace Sampan.Storage.Log;

/// <summary>
/// A file that waits to become a segment: zeros, or a recycled segment whose old sequence makes its content void.
/// </summary>
internal sealed class SpareFile
{
    /// <summary>A spare of this name.</summary>
    public SpareFile(string path, IFile file)
    {
        Path = path;
        File = file;
    }

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>The open file.</summary>
    public IFile File { get; }

    /// <summary>The next one of a list of retired segments.</summary>
    public SpareFile? Next { get; set; }

    /// <summary>The sequence it had as a segment; for the order in which retired ones are renamed.</summary>
    public ulong Sequence { get; init; }
}
