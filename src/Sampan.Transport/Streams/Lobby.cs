namespace Sampan.Transport.Streams;

/// <summary>
/// Accepted connections that have not said hello yet. Anybody can open one and say nothing, so there is room for some
/// only. Where it is full a newcomer takes the place of the oldest of the address that has most: whoever says hello at
/// once, as stores do, gets through a crowd that does not, and one address cannot keep the others out.
/// </summary>
internal sealed class Lobby
{
    // Guards the list; a leaf.
    private readonly Lock _gate = new();
    private readonly List<PeerStream> _waiting = [];
    private readonly int _max;

    /// <summary>A lobby for so many.</summary>
    public Lobby(int max) => _max = max;

    /// <summary>Takes a connection in; returns the one that has to go for it, if one has.</summary>
    public PeerStream? Enter(PeerStream stream)
    {
        // The gate of the list.
        lock (_gate)
        {
            _waiting.Add(stream);
            if (_waiting.Count <= _max)
            {
                return null;
            }

            var most = _waiting.GroupBy(one => one.Origin, StringComparer.Ordinal).MaxBy(group => group.Count());
            var victim = most is null ? stream : most.First();
            _waiting.Remove(victim);
            return victim;
        }
    }

    /// <summary>A connection has said hello, or is gone.</summary>
    public void Leave(PeerStream stream)
    {
        // The gate of the list.
        lock (_gate)
        {
            _waiting.Remove(stream);
        }
    }
}
