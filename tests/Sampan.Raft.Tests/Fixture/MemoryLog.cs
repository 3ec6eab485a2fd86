using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Events;
using Sampan.Raft.Log;

namespace Sampan.Raft.Tests.Fixture;

/// <summary>
/// The log of one replica: what was handed out (<see cref="Memory"/>) and what reached the disk
/// (<see cref="Durable"/>). A crash leaves only the latter.
/// </summary>
internal sealed class MemoryLog : ILogView
{
    private ulong _cachedFrom;

    /// <summary>A log without entries that begins as <paramref name="state"/> says.</summary>
    public MemoryLog(ReplicaState state)
    {
        Durable = new LogImage(state);
        Memory = Durable.Clone();
    }

    /// <summary>All writes that were handed out.</summary>
    public LogImage Memory { get; private set; }

    /// <summary>All writes that are on disk.</summary>
    public LogImage Durable { get; private set; }

    /// <inheritdoc/>
    public int Read(IndexRange range, long bytesMax, List<Entry> into)
    {
        if (range.FirstIndex < _cachedFrom)
        {
            return 0;
        }

        return Copy(Memory, range, bytesMax, into);
    }

    /// <summary>
    /// Reads what <see cref="Read"/> may refuse; a part of the range, or nothing where it is compacted.
    /// </summary>
    public List<Entry> ReadFromDisk(IndexRange range)
    {
        var entries = new List<Entry>();
        Copy(Durable, range, long.MaxValue, entries);
        return entries;
    }

    /// <summary>Takes what was handed out.</summary>
    public void Accept(PersistTask task) => Memory.Apply(task);

    /// <summary>Makes it durable; in the order in which tasks were accepted.</summary>
    public void Write(PersistTask task) => Durable.Apply(task);

    /// <summary>
    /// From now on <see cref="Read"/> finds nothing below <paramref name="index"/>, as if a cache had dropped it. What
    /// is not durable must stay readable.
    /// </summary>
    public void Evict(ulong index)
    {
        Invariant.Holds(index <= Durable.LastIndex + 1, index, Durable.LastIndex);
        _cachedFrom = Math.Max(_cachedFrom, index);
    }

    /// <summary>Remembers a snapshot that the state machine took, durably.</summary>
    public void Mark(SnapshotMeta snapshot)
    {
        Memory.Mark(snapshot);
        Durable.Mark(snapshot);
    }

    /// <summary>Drops entries below <paramref name="firstIndex"/>, durably.</summary>
    public void Compact(ulong firstIndex)
    {
        Memory.Compact(firstIndex);
        Durable.Compact(firstIndex);
    }

    /// <summary>Forgets all that was not written.</summary>
    public void Crash()
    {
        Memory = Durable.Clone();
        _cachedFrom = 0;
    }

    private static int Copy(LogImage image, IndexRange range, long bytesMax, List<Entry> into)
    {
        if (range.IsEmpty || range.FirstIndex < image.FirstIndex)
        {
            return 0;
        }

        var count = 0;
        var bytes = 0L;
        var end = Math.Min(range.EndIndex, image.LastIndex + 1);
        for (var index = range.FirstIndex; index < end; index++)
        {
            var entry = image.Get(index);
            if (count > 0 && bytes + entry.SizeBytes > bytesMax)
            {
                break;
            }

            bytes += entry.SizeBytes;
            into.Add(entry);
            count++;
        }

        return count;
    }
}
