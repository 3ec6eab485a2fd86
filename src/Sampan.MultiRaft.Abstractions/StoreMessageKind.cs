namespace Sampan.MultiRaft.Abstractions;

/// <summary>What a <see cref="StoreMessage"/> carries. The values are part of the wire format.</summary>
public enum StoreMessageKind : byte
{
    /// <summary>A message between two replicas.</summary>
    Raft = 1,

    /// <summary>A proposal on its way from the door where it arrived to the leader.</summary>
    Forward = 2,

    /// <summary>The leader's answer to it.</summary>
    ForwardAnswer = 3,

    /// <summary>A part of a snapshot transfer.</summary>
    Snapshot = 4,

    /// <summary>
    /// This store recorded the receiver's incarnation, or was admitted: repeats the handshake's facts later.
    /// </summary>
    Introduction = 5,
}
