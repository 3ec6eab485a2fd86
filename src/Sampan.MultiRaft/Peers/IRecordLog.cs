using Sampan.MultiRaft.Abstractions;

namespace Sampan.MultiRaft.Peers;

/// <summary>The way of a store's own facts to the log.</summary>
internal interface IRecordLog
{
    /// <summary>
    /// Takes a record; once it is durable the owner tells <see cref="PeerTable.RecordDurable"/>. Records become durable
    /// in the order in which they were taken. It never fails: where the log does, the store ends.
    /// </summary>
    void Enqueue(StoreRecord record);
}
