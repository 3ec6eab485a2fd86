namespace Sampan.Model;

/// <summary>
/// A command that waits for its place in the log. <paramref name="TimeTicks"/> is the proposer's wall clock (see
/// <see cref="Entry.TimeTicks"/>); the core raises it where the log is ahead of it.
/// </summary>
public readonly record struct Proposal(ReadOnlyMemory<byte> Payload, long TimeTicks);
