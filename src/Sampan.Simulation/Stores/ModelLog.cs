using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Testing.Files;

namespace Sampan.Simulation.Stores;

/// <summary>
/// One process's use of a <see cref="ModelDisk"/>: atomic batches, and power that may go before or after one.
/// </summary>
internal sealed class ModelLog : ILogStorage
{
    private readonly ModelDisk _disk;

    /// <summary>A log on a disk.</summary>
    public ModelLog(ModelDisk disk) => _disk = disk;

    /// <summary>The power goes at the next batch; null: it stays.</summary>
    public CrashMoment? CrashAtNextBatch { get; set; }

    /// <inheritdoc/>
    public long BatchBytesMax => 4 * 1024 * 1024;

    /// <inheritdoc/>
    public long Cost(PersistTask task)
    {
        var bytes = 128L;
        foreach (var entry in task.Entries)
        {
            bytes += entry.SizeBytes;
        }

        return bytes;
    }

    /// <inheritdoc/>
    public long Cost(StoreRecord record) => 256;

    /// <inheritdoc/>
    public void Append(ReadOnlySpan<PersistTask> tasks, ReadOnlySpan<StoreRecord> records)
    {
        if (CrashAtNextBatch is CrashMoment.Before)
        {
            throw new SimulatedCrashException();
        }

        foreach (var task in tasks)
        {
            _disk.Write(task);
        }

        foreach (var record in records)
        {
            _disk.Write(record);
        }

        if (CrashAtNextBatch is not null)
        {
            throw new SimulatedCrashException();
        }
    }

    /// <inheritdoc/>
    public void MarkIdle()
    {
    }

    /// <inheritdoc/>
    public int Read(GroupId group, IndexRange range, long bytesMax, List<Entry> into) =>
        _disk.Read(group, range, bytesMax, into);
}
