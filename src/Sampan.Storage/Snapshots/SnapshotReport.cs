using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Storage.Snapshots;

/// <summary>What an inspection says of a directory among a group's snapshots.</summary>
public sealed record SnapshotReport
{
    /// <summary>The group.</summary>
    public required GroupId Group { get; init; }

    /// <summary>The directory.</summary>
    public required string Path { get; init; }

    /// <summary>What it is a snapshot of; null if its manifest cannot be read.</summary>
    public required SnapshotMeta? Meta { get; init; }

    /// <summary>The files that the manifest names.</summary>
    public required IReadOnlyList<SnapshotFile> Files { get; init; }

    /// <summary>What is wrong with it, as a sentence; empty if manifest, lengths and CRCs of all files hold.</summary>
    public required string Complaint { get; init; }

    /// <summary>Whether its name says that it counts: neither unfinished nor set aside.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>Bytes of its files, by the manifest.</summary>
    public long LengthBytes => Files.Sum(file => file.LengthBytes);
}
