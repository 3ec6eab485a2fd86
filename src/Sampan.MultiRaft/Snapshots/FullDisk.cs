using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Applying;

namespace Sampan.MultiRaft.Snapshots;

/// <summary>
/// What a full disk holds up: which groups' snapshots found no room, and when they are tried again. It is full until a
/// snapshot finds room, or until nobody is left who needs any (a group may have failed, or gone, meanwhile).
/// </summary>
/// <remarks>Snapshot worker only, but for <see cref="IsFull"/>.</remarks>
internal sealed class FullDisk
{
    private readonly TimeSpan _pause;
    private readonly List<ApplyLane> _lanes = [];
    private volatile bool _isFull;

    /// <summary>A disk with room, that is looked at again after each pause once it is full.</summary>
    public FullDisk(TimeSpan pause) => _pause = pause;

    /// <summary>Whether it is full. Any thread.</summary>
    public bool IsFull => _isFull;

    /// <summary>When to look again.</summary>
    public Instant RetryAt { get; private set; } = Instant.Never;

    /// <summary>Something found no room; a sender tries again by itself.</summary>
    public void Met(Instant now)
    {
        _isFull = true;
        RetryAt = now.After(_pause);
    }

    /// <summary>A group's snapshot found no room: it has to be taken again.</summary>
    public void Met(Instant now, ApplyLane lane)
    {
        Met(now);
        if (!_lanes.Contains(lane))
        {
            _lanes.Add(lane);
        }
    }

    /// <summary>A group's snapshot found room. Others have their turn when the pause is over.</summary>
    public void Overcame(ApplyLane lane)
    {
        _isFull = false;
        Forget(lane);
    }

    /// <summary>A group needs no snapshot any more.</summary>
    public void Forget(ApplyLane lane) => _lanes.Remove(lane);

    /// <summary>A group is gone.</summary>
    public void Forget(GroupId group) => _lanes.RemoveAll(lane => lane.Host.Group == group);

    /// <summary>
    /// Once the pause is over: those whose snapshot is to be tried again. Where nobody is left, the disk counts as one
    /// with room until the next one finds none.
    /// </summary>
    public IReadOnlyList<ApplyLane> TakeDue(Instant now)
    {
        if (now < RetryAt)
        {
            return [];
        }

        _isFull &= _lanes.Count > 0;
        RetryAt = _lanes.Count > 0 ? now.After(_pause) : Instant.Never;
        return [.. _lanes];
    }
}
