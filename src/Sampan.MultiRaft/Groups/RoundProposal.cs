using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Doors;

namespace Sampan.MultiRaft.Groups;

/// <summary>
/// A proposal of the present round: of a door at this store, or forwarded by another, with its entry's payload.
/// </summary>
internal readonly record struct RoundProposal(Origin Origin, ReadOnlyMemory<byte> Payload, PendingRequest? Local);
