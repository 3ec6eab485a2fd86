namespace Sampan.MultiRaft.Abstractions;

/// <summary>A committed command as a state machine sees it.</summary>
/// <param name="Index">Its position in the log.</param>
/// <param name="Term">The term in which it was proposed.</param>
/// <param name="TimeTicks">
/// The leader's stamp (see <see cref="Model.Entry.TimeTicks"/>); never falls along the log.
/// </param>
/// <param name="Payload">The proposed bytes; whoever keeps them for long copies them.</param>
public readonly record struct Command(ulong Index, ulong Term, long TimeTicks, ReadOnlyMemory<byte> Payload);
