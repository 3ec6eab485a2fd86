using Sampan.Model;

namespace Sampan.Raft.Tests.Fixture;

/// <summary>
/// A message on its way: with it the sender's life, since a report on a snapshot is for that life only, and the state
/// that a snapshot message stands for.
/// </summary>
internal sealed record Parcel(Message Message, int SenderLife, StateMachine? State);
