namespace Sampan.MultiRaft.Peers;

/// <summary>What the stream of a message is among the streams of its store.</summary>
internal enum StreamOrder
{
    /// <summary>
    /// An older life, a stream that was replaced, or a store that is no longer accepted: the message is dropped.
    /// </summary>
    Stale = 0,

    /// <summary>The stream in use.</summary>
    Current = 1,

    /// <summary>
    /// A newer stream than the one in use: from now on that one is lost, and what was under way on it (PeerLost).
    /// </summary>
    Newer = 2,
}
