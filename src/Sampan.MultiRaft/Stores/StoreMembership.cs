using Sampan.Model;

namespace Sampan.MultiRaft.Stores;

/// <summary>
/// What the identity worker has found out, for the group workers: whether this store takes part, and which incarnation
/// each known store has. Written by one worker, read by others; the list is replaced, never changed.
/// </summary>
internal sealed class StoreMembership
{
    private volatile bool _isAdmitted;
    private volatile IReadOnlyList<KnownStore> _known = [];

    /// <summary>Whether this store votes, campaigns and acknowledges.</summary>
    public bool IsAdmitted => _isAdmitted;

    /// <summary>The stores whose incarnation is recorded here, this one included.</summary>
    public IReadOnlyList<KnownStore> Known => _known;

    /// <summary>The identity worker publishes what it knows.</summary>
    public void Publish(bool isAdmitted, IReadOnlyList<KnownStore> known)
    {
        _known = known;
        _isAdmitted = isAdmitted;
    }
}
