namespace Sampan.Mvcc;

/// <summary>
/// One version of a key. <see cref="Version"/> counts the puts since <see cref="CreateRevision"/>, from 1; 0 is a
/// tombstone. The bytes belong to the store and never change.
/// </summary>
public readonly record struct KeyVersion(
    ReadOnlyMemory<byte> Key,
    ReadOnlyMemory<byte> Value,
    long CreateRevision,
    long ModRevision,
    long Version,
    long Lease)
{
    /// <summary>Whether it says that the key was deleted.</summary>
    public bool IsTombstone => Version == 0;
}
