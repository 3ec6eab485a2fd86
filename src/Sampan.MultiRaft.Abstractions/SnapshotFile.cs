namespace Sampan.MultiRaft.Abstractions;

/// <summary>A file of a snapshot.</summary>
public readonly record struct SnapshotFile(string Name, long LengthBytes, uint Crc32C);
