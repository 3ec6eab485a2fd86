using Sampan.Io;

namespace Sampan.Testing.Files;

/// <summary>A failure that is laid in the way of a script.</summary>
public sealed record FileFault
{
    /// <summary>Which calls it may hit.</summary>
    public required FileCallKind Kind { get; init; }

    /// <summary>It hits the n-th matching call from when it was laid; 1 is the next one.</summary>
    public long Nth { get; init; } = 1;

    /// <summary>What the caller is told; of a failed sync always <see cref="FileFailure.Device"/>.</summary>
    public FileFailure Failure { get; init; } = FileFailure.Device;

    /// <summary>Only paths that contain this match; empty matches all.</summary>
    public string PathPart { get; init; } = string.Empty;

    /// <summary>Whether every later matching call fails too.</summary>
    public bool IsLasting { get; init; }
}
