using Sampan.Model;

namespace Sampan.MultiRaft.Abstractions;

/// <summary>
/// What a group replicates. Every replica applies the same commands in the same order and must come to the same state
/// and the same results: no clock, no randomness, no iteration over unordered containers; time is
/// <see cref="ApplyContext.TimeTicks"/>.
/// </summary>
/// <remarks>
/// <para>Threads: <see cref="Apply"/>, <see cref="Read"/>, <see cref="BeginSnapshot"/> and <see cref="Install"/> are
/// called by one worker, never at the same time. What <see cref="BeginSnapshot"/> returns, and views given to
/// <see cref="ReadContext"/>, are used from other threads while applying goes on, so they must be frozen.</para>
/// <para>Durability: commands are durable in a quorum's logs before they are applied. A state machine in memory starts
/// empty with <see cref="AppliedIndex"/> 0 and is rebuilt by <see cref="Install"/> and replay. A durable one stores its
/// applied index in the same atomic write as its data and may be behind, never ahead, after a crash. Example: commands
/// 1, 2, 3 are applied, the data of 1 and 2 reached the disk, then power is lost; at start it must report 2 and is
/// given 3 again.</para>
/// <para>Failure: an exception of <see cref="Apply"/>, <see cref="BeginSnapshot"/>, <see cref="Install"/>, or of the
/// writer of a snapshot, stops this group on this store (poisoned, with the reason), never another group: the state can
/// no longer be trusted. An exception of <see cref="Read"/> fails that read alone, since it changes nothing. What the
/// store's own disk throws at a machine that reads or writes a snapshot is not the machine's: a full disk ends the
/// snapshot, any other failure the store. A command that cannot be executed is not a failure: its result says
/// so.</para>
/// </remarks>
public interface IStateMachine
{
    /// <summary>
    /// The last index whose effects are durable here; read once, at start. 0 for a machine in memory.
    /// </summary>
    ulong AppliedIndex { get; }

    /// <summary>
    /// Applies commands by ascending index. Afterwards everything up to <see cref="ApplyContext.LastIndex"/> counts as
    /// applied; it may be above the last command, since entries of the protocol itself are not shown.
    /// </summary>
    void Apply(ApplyContext context, ReadOnlySpan<Command> commands);

    /// <summary>
    /// Answers a query on the state as it is now, which is at or after the read's index: at once, or by a frozen view
    /// that the asking side reads and releases. Changes nothing; what it throws fails this read alone.
    /// </summary>
    void Read(ReadContext context, ReadOnlyMemory<byte> query);

    /// <summary>Freezes the state as it is now, for a snapshot that is written while applying goes on.</summary>
    ISnapshotWriter BeginSnapshot();

    /// <summary>Replaces the whole state by a snapshot; a failure leaves the group stopped.</summary>
    void Install(ISnapshotSource snapshot);
}
