using Sampan.Model;

namespace Sampan.MultiRaft.Groups;

/// <summary>
/// The snapshots that a leader's core has asked to be sent and of whose end it has not heard, one a replica. A transfer
/// may outlive what asked for it: a term, a stay in the group, a member that caught up in another way. Its end is then
/// nobody's, and must not be taken for the end of what the core asks for next (I-32); so what was asked for last is
/// kept, and only its end is passed on.
/// </summary>
internal sealed class SnapshotSends
{
    private readonly SortedDictionary<ReplicaId, Message> _underWay = [];

    /// <summary>The core asks for a snapshot to be sent; what it asked for before is forgotten.</summary>
    public void Begin(Message message) => _underWay[message.To] = message;

    /// <summary>Something ended; returns whether the core has to hear of it.</summary>
    public bool TryEnd(Message message)
    {
        var isAwaited = _underWay.TryGetValue(message.To, out var awaited) && ReferenceEquals(awaited, message);
        return isAwaited && _underWay.Remove(message.To);
    }

    /// <summary>Takes those that are not awaited any more.</summary>
    public IReadOnlyList<Message> TakeAbandoned(Predicate<ReplicaId> isAwaited)
    {
        if (_underWay.Count == 0)
        {
            return [];
        }

        var abandoned = _underWay.Values.Where(message => !isAwaited(message.To)).ToArray();
        foreach (var message in abandoned)
        {
            _underWay.Remove(message.To);
        }

        return abandoned;
    }
}
