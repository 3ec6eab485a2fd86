using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Storage.Tests.Log;

/// <summary>What one append is given.</summary>
internal sealed class LogBatch
{
    /// <summary>Tasks in order.</summary>
    public List<PersistTask> Tasks { get; } = [];

    /// <summary>Records in order.</summary>
    public List<StoreRecord> Records { get; } = [];

    /// <summary>A batch of one record.</summary>
    public static LogBatch Of(StoreRecord record)
    {
        var batch = new LogBatch();
        batch.Records.Add(record);
        return batch;
    }

    /// <summary>A batch of one task.</summary>
    public static LogBatch Of(PersistTask task)
    {
        var batch = new LogBatch();
        batch.Tasks.Add(task);
        return batch;
    }
}
