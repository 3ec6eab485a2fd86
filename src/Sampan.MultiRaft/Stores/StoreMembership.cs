using Sampan.MultiRaft.Peers;

namespace Sampan.MultiRaft.Stores;

/// <summary>
/// What the identity worker has found out, for the other workers and the transport. Written by one, read by many: the
/// view is replaced, never changed.
/// </summary>
internal sealed class StoreMembership
{
    private volatile PeerView _view;

    /// <summary>Begins with what was known at the start.</summary>
    public StoreMembership(PeerView view) => _view = view;

    /// <summary>What is known now.</summary>
    public PeerView View => _view;

    /// <summary>The identity worker knows more.</summary>
    public void Publish(PeerView view) => _view = view;
}
