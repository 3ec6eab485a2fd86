using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Groups;

namespace Sampan.MultiRaft.Logs;

/// <summary>
/// What waits for the log writer: a write of a replica with the stores its messages go to, or a store's record.
/// </summary>
internal readonly record struct LogItem
{
    /// <summary>A write of a replica.</summary>
    public LogItem(ReplicaHost host, PersistTask task, IReadOnlyList<StoreId> targets, long cost)
    {
        Host = host;
        Task = task;
        Targets = targets;
        Cost = cost;
    }

    /// <summary>A record, and who is told when it is durable; null for nobody.</summary>
    public LogItem(StoreRecord record, IRecordWaiter? waiter, long cost)
    {
        Record = record;
        Waiter = waiter;
        Cost = cost;
    }

    /// <summary>The replica whose task it is.</summary>
    public ReplicaHost? Host { get; }

    /// <summary>The task.</summary>
    public PersistTask? Task { get; }

    /// <summary>The stores of the task's messages, in their order.</summary>
    public IReadOnlyList<StoreId>? Targets { get; }

    /// <summary>The record.</summary>
    public StoreRecord? Record { get; }

    /// <summary>Who waits for the record.</summary>
    public IRecordWaiter? Waiter { get; }

    /// <summary>What it counts for in a batch.</summary>
    public long Cost { get; }
}
