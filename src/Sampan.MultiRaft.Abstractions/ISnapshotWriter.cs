namespace Sampan.MultiRaft.Abstractions;

/// <summary>
/// A frozen state that is written out. Used by one thread, not the one that applies; disposed in the end.
/// </summary>
public interface ISnapshotWriter : IDisposable
{
    /// <summary>
    /// Writes the next part (a few hundred kilobytes at most, so that its thread stays responsive) and returns whether
    /// more is to come. The same state gives the same bytes on every replica.
    /// </summary>
    bool WriteNext(ISnapshotSink sink);
}
