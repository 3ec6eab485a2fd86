using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Simulation.Checks;
using Sampan.Testing.Workers;

namespace Sampan.Simulation.Stores;

/// <summary>
/// A log whose writes the checkers hear of: before each one, and when the local time has come at which it is durable. A
/// crash in between leaves it pending: the next start may find it or not.
/// </summary>
internal sealed class ObservedLog : ILogStorage
{
    private readonly ILogStorage _log;
    private readonly StoreId _store;
    private readonly StoreImage _image;
    private readonly IReadOnlyDictionary<GroupId, GroupChecker> _checkers;
    private readonly SimulatedProcess _process;
    private readonly SimulationTrace _trace;
    private long _begun;
    private long _confirmed;

    /// <summary>The log of a life of a store.</summary>
    public ObservedLog(
        ILogStorage log, SimulationWorld world, StoreId store, StoreImage image, SimulatedProcess process)
    {
        _log = log;
        _trace = world.Trace;
        _checkers = world.Checkers;
        _store = store;
        _image = image;
        _process = process;
    }

    /// <summary>
    /// Believes what the start found, once: before the first write, or when the start's local time has come.
    /// </summary>
    public required Action Adopt { get; init; }

    /// <inheritdoc/>
    public long BatchBytesMax => _log.BatchBytesMax;

    /// <inheritdoc/>
    public long StateRoomBytes => _log.StateRoomBytes;

    /// <inheritdoc/>
    public long Cost(PersistTask task) => _log.Cost(task);

    /// <inheritdoc/>
    public long Cost(StoreRecord record) => _log.Cost(record);

    /// <inheritdoc/>
    public bool MustSpareRoom => _log.MustSpareRoom;

    /// <inheritdoc/>
    public long StateCost(StoreRecord record) => _log.StateCost(record);

    /// <inheritdoc/>
    public void Append(ReadOnlySpan<PersistTask> tasks, ReadOnlySpan<StoreRecord> records)
    {
        // The start, and the write before this one, have returned: what they wrote is durable, though the event may
        // only be due.
        Adopt();
        ConfirmTo(_begun);
        foreach (var writes in tasks.ToArray().GroupBy(task => task.Group))
        {
            _checkers[writes.Key].Writing(_image, _store, [.. writes]);
        }

        var batch = new LogBatch { Tasks = tasks.ToArray(), Records = records.ToArray() };
        _trace.Add(_store, "writes", batch);
        _image.Begin(batch);
        _begun++;
        try
        {
            _log.Append(tasks, records);
        }
        catch (StorageFullException)
        {
            // Refused whole, before anything was written; it will come again.
            _image.Withdraw();
            _begun--;
            throw;
        }

        var number = _begun;

        // When the local time has come, and not if the store died before; ahead of all that is told of this write, be
        // it to other stores or to the store's own workers, which keep an order each.
        _process.Send(() => ConfirmTo(number));
        _process.Post(() => ConfirmTo(number));
    }

    /// <inheritdoc/>
    public void MarkIdle() => _log.MarkIdle();

    /// <inheritdoc/>
    public int Read(GroupId group, IndexRange range, long bytesMax, List<Entry> into) =>
        _log.Read(group, range, bytesMax, into);

    private void ConfirmTo(long number)
    {
        for (; _confirmed < number; _confirmed++)
        {
            var batch = _image.Confirm();
            _trace.Add(_store, "has written", batch);
            foreach (var task in batch.Tasks)
            {
                _checkers[task.Group].Written(_image, _store, task);
            }

            foreach (var record in batch.Records)
            {
                if (record.Kind == StoreRecordKind.CompactionMark)
                {
                    _checkers[record.Group].Compacted(_image, _store);
                }
            }
        }
    }
}
