namespace Sampan.Mvcc;

/// <summary>A key and value as the trees hold them, for snapshots.</summary>
public readonly record struct StoredPair(bool IsHistory, byte[] Key, byte[] Value);
