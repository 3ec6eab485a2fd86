using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Storage.Snapshots;

/// <summary>What an inspection says of a snapshot.</summary>
public sealed record SnapshotReport
{
    /// <summary>Its directory.</summary>
    public required string Path { get; init; }

    /// <summary>Its group.</summary>
    public required GroupId Group { get; init; }

    /// <summary>Whether it can be believed.</summary>
    public required SnapshotStanding Standing { get; init; }

    /// <summary>What is wrong; empty if nothing is.</summary>
    public required string Problem { get; init; }

    /// <summary>Its position and configuration; null where the manifest cannot be read.</summary>
    public required SnapshotMeta? Meta { get; init; }

    /// <summary>The files that its manifest names.</summary>
    public required IReadOnlyList<SnapshotFile> Files { get; init; }

    /// <summary>Equal for equal snapshots of a group at an index, whichever store made them; 0 without a manifest.
    /// </summary>
    public required ulong StateHash { get; init; }
}
