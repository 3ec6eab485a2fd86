using Sampan.MultiRaft.Abstractions;

namespace Sampan.MultiRaft.Logs;

/// <summary>
/// Is told when a record it sent is durable. Called on the log writer's worker; must only leave a note.
/// </summary>
internal interface IRecordWaiter
{
    /// <summary>The record is durable.</summary>
    void RecordDurable(StoreRecord record);
}
