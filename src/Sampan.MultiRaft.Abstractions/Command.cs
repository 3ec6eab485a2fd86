using Sampan.Model;

namespace Sampan.MultiRaft.Abstractions;

/// <summary>A committed command as a state machine sees it.</summary>
/// <param name="Position">Its position in the log, and the term in which it was proposed.</param>
/// <param name="TimeTicks">
/// The leader's stamp (see <see cref="Entry.TimeTicks"/>); never falls along the log.
/// </param>
/// <param name="Payload">The proposed bytes; whoever keeps them for long copies them.</param>
public readonly record struct Command(LogId Position, long TimeTicks, ReadOnlyMemory<byte> Payload);
