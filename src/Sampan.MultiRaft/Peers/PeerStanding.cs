using Sampan.Model;

namespace Sampan.MultiRaft.Peers;

/// <summary>What is known of a store that was accepted.</summary>
/// <param name="Incarnation">The incarnation it came with.</param>
/// <param name="Boot">The life in which it came.</param>
/// <param name="IsRecorded">Whether that one is recorded here, durably.</param>
/// <param name="IsAdmitted">Whether it says that it was admitted.</param>
/// <param name="KnowsUs">Whether it has shown that it knows this store's incarnation.</param>
/// <param name="IsConnected">Whether a stream to it is open.</param>
internal readonly record struct PeerStanding(
    Incarnation Incarnation, BootId Boot, bool IsRecorded, bool IsAdmitted, bool KnowsUs, bool IsConnected);
