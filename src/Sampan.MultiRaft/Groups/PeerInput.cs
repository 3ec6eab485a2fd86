using Sampan.MultiRaft.Abstractions;

namespace Sampan.MultiRaft.Groups;

/// <summary>A peer's message and the stream it came by.</summary>
internal readonly record struct PeerInput(StoreConnection From, StoreMessage Message);
