using Sampan.Model;

namespace Sampan.MultiRaft.Abstractions;

/// <summary>
/// The log of all groups of a store, and the store's own records. One thread appends; any thread reads. A throw of any
/// member but <see cref="Read"/> fails the store, and nothing may be sent any more.
/// </summary>
public interface ILogStorage
{
    /// <summary>
    /// What one call of <see cref="Append"/> may hold at most: the sum of <see cref="Cost(PersistTask)"/> and of the
    /// records' costs. A single task above it was refused long before, when options were validated.
    /// </summary>
    long BatchBytesMax { get; }

    /// <summary>What a task counts for in <see cref="BatchBytesMax"/>.</summary>
    long Cost(PersistTask task);

    /// <summary>What a record counts for in <see cref="BatchBytesMax"/>.</summary>
    long Cost(StoreRecord record);

    /// <summary>
    /// How many bytes of replicas may still be made: the log repeats what it knows of each group again and again, and
    /// that is bounded. A replica counts with all that may ever be written of it, so those that are there go on
    /// whatever becomes of them. 0 or less: no more. The appending thread only.
    /// </summary>
    long StateRoomBytes { get; }

    /// <summary>What a record that makes a replica takes of <see cref="StateRoomBytes"/>.</summary>
    long StateCost(StoreRecord record);

    /// <summary>
    /// Writes everything as one atomic batch and returns when it is durable: recovery takes all of it or nothing.
    /// Within a group the tasks are in order; entries overwrite what the log holds from their first index on. Tasks
    /// that need no write are allowed and ignored.
    /// </summary>
    void Append(ReadOnlySpan<PersistTask> tasks, ReadOnlySpan<StoreRecord> records);

    /// <summary>
    /// The writer has nothing to do: marks the last batch as synced, without waiting, so that damage to it is not taken
    /// for a torn tail. Cheap when already done.
    /// </summary>
    void MarkIdle();

    /// <summary>
    /// Appends entries of a group's durable log to <paramref name="into"/>, from the range's first index on, until
    /// <paramref name="bytesMax"/> is exceeded (one at least) or the range ends; returns how many. 0 if the first one
    /// is compacted or was overwritten meanwhile. May block. Throws <see cref="StorageDamagedException"/> on damage.
    /// </summary>
    int Read(GroupId group, IndexRange range, long bytesMax, List<Entry> into);
}
