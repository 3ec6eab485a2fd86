using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Simulation.Checks;

/// <summary>
/// What the log of a store must hold. A batch that was begun is pending until the log says that it is durable; a crash
/// may keep it or not, but whole.
/// </summary>
internal sealed class StoreImage
{
    private readonly SortedDictionary<GroupId, ReplicaImage> _groups = [];
    private readonly SortedDictionary<StoreId, Incarnation> _peers = [];
    private readonly LinkedList<LogBatch> _pending = new();
    private TimeSpan _electionTimeout;

    /// <summary>Whose disk it is, once that has begun.</summary>
    public Incarnation Incarnation { get; set; }

    /// <summary>The groups that the log ever spoke of.</summary>
    public IReadOnlyDictionary<GroupId, ReplicaImage> Groups => _groups;

    /// <summary>What is held of a group; null if the log never spoke of it.</summary>
    public ReplicaImage? Find(GroupId group) => _groups.GetValueOrDefault(group);

    /// <summary>A batch is being written.</summary>
    public void Begin(LogBatch batch) => _pending.AddLast(batch);

    /// <summary>The batch that was begun last was not written at all.</summary>
    public void Withdraw() => _pending.RemoveLast();

    /// <summary>The oldest batch that was begun is durable; returns it.</summary>
    public LogBatch Confirm()
    {
        var batch = TakeOldest();
        Take(batch);
        return batch;
    }

    /// <summary>
    /// A start found this: it must be what was durable, or that and batches that were being written, each whole.
    /// Returns what is wrong, or null, and in <paramref name="kept"/> how many of those batches were there. Nothing is
    /// believed yet: the power may go before the start has made it durable.
    /// </summary>
    public string? DifferenceTo(
        RecoveredStore found, IReadOnlyDictionary<GroupId, List<Entry>> entries, out int kept)
    {
        kept = 0;
        var difference = FirstDifference(found, entries);
        if (difference is null)
        {
            return null;
        }

        var guess = Clone();
        foreach (var batch in _pending)
        {
            guess.Take(batch);
            kept++;
            if (guess.FirstDifference(found, entries) is null)
            {
                return null;
            }
        }

        return difference;
    }

    /// <summary>
    /// What a start found is durable again; so many of the batches that were being written were there.
    /// </summary>
    public void Adopt(int kept)
    {
        for (; kept > 0; kept--)
        {
            Take(TakeOldest());
        }

        _pending.Clear();
    }

    private LogBatch TakeOldest()
    {
        var first = _pending.First;
        Invariant.Holds(first is not null);
        _pending.RemoveFirst();
        return first.Value;
    }

    private StoreImage Clone()
    {
        var copy = new StoreImage { _electionTimeout = _electionTimeout };
        foreach (var (group, image) in _groups)
        {
            copy._groups.Add(group, image.Clone());
        }

        foreach (var (peer, incarnation) in _peers)
        {
            copy._peers.Add(peer, incarnation);
        }

        return copy;
    }

    private void Take(LogBatch batch)
    {
        foreach (var task in batch.Tasks)
        {
            ImageOf(task.Group).Take(task);
        }

        foreach (var record in batch.Records)
        {
            switch (record.Kind)
            {
                case StoreRecordKind.PeerIncarnation:
                    _peers[record.Peer] = record.Incarnation;
                    break;
                case StoreRecordKind.ElectionTimeout:
                    _electionTimeout = record.ElectionTimeout;
                    break;
                default:
                    ImageOf(record.Group).Take(record);
                    break;
            }
        }
    }

    private ReplicaImage ImageOf(GroupId group)
    {
        if (!_groups.TryGetValue(group, out var image))
        {
            image = new ReplicaImage(group);
            _groups.Add(group, image);
        }

        return image;
    }

    private string? FirstDifference(RecoveredStore found, IReadOnlyDictionary<GroupId, List<Entry>> entries)
    {
        var seen = new HashSet<GroupId>();
        foreach (var group in found.Groups)
        {
            seen.Add(group.Group);
            var image = _groups.GetValueOrDefault(group.Group) ?? new ReplicaImage(group.Group);
            if (image.DifferenceTo(group, entries[group.Group]) is { } difference)
            {
                return $"group {group.Group}: {difference}";
            }
        }

        foreach (var (group, image) in _groups)
        {
            if (!seen.Contains(group) && (image.Replica != ReplicaId.None || image.Tombstone != ReplicaId.None))
            {
                return $"group {group} is gone";
            }
        }

        return DifferenceOfRecords(found);
    }

    private string? DifferenceOfRecords(RecoveredStore found)
    {
        var peers = found.Records.Where(record => record.Kind == StoreRecordKind.PeerIncarnation)
            .ToDictionary(record => record.Peer, record => record.Incarnation);
        foreach (var (peer, incarnation) in _peers)
        {
            if (peers.GetValueOrDefault(peer) != incarnation)
            {
                return $"store {peer} was recorded as {incarnation}; it is {peers.GetValueOrDefault(peer)}";
            }
        }

        var timeout = found.Records.Where(record => record.Kind == StoreRecordKind.ElectionTimeout)
            .Select(record => record.ElectionTimeout).FirstOrDefault();
        return timeout == _electionTimeout ? null : $"T was stored as {_electionTimeout}; it is {timeout}";
    }
}
