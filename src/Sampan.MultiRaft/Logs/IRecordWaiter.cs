using Sampan.Base;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.MultiRaft.Logs;

/// <summary>
/// Is told when a record it sent is durable. Called on the log writer's worker; must only leave a note.
/// </summary>
internal interface IRecordWaiter
{
    /// <summary>The record is durable.</summary>
    void RecordDurable(StoreRecord record);

    /// <summary>
    /// The record, one that makes a replica, was not written: the log has no room for another group. Only whoever makes
    /// replicas is told.
    /// </summary>
    void RecordRefused(StoreRecord record, string reason) =>
        Invariant.Unreachable($"a {record.Kind} was refused: {reason}");
}
