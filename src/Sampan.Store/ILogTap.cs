using Sampan.MultiRaft.Abstractions;

namespace Sampan.Store;

/// <summary>Sees what a store reads from its log and writes to it.</summary>
public interface ILogTap
{
    /// <summary>The log was opened and holds this; the store uses what is returned in its place.</summary>
    ILogStorage Attach(ILogStorage log, RecoveredStore recovered);
}
