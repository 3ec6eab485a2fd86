using System.Buffers.Binary;
using System.Security.Cryptography;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.MultiRaft.Peers;

/// <summary>
/// How a store shows another one that it knows its incarnation, without telling it (ADR 0023). A member that lags may
/// not know its group's newest members, but they know it: their configuration has bound its incarnation, which no
/// stranger is ever told.
/// </summary>
internal static class Acquaintance
{
    /// <summary>What the store of these facts says to one with that incarnation; 0 where it knows none.</summary>
    public static ulong Of(Handshake self, Incarnation receiver)
    {
        if (!receiver.IsBound)
        {
            return 0;
        }

        // Of the sender's life too: what one said is of no use to another.
        Span<byte> known = stackalloc byte[48];
        BinaryPrimitives.WriteUInt64LittleEndian(known, receiver.High);
        BinaryPrimitives.WriteUInt64LittleEndian(known[8..], receiver.Low);
        BinaryPrimitives.WriteUInt64LittleEndian(known[16..], self.Store.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(known[24..], self.Incarnation.High);
        BinaryPrimitives.WriteUInt64LittleEndian(known[32..], self.Incarnation.Low);
        BinaryPrimitives.WriteUInt64LittleEndian(known[40..], self.Boot.Value);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(known, digest);
        return Math.Max(1, BinaryPrimitives.ReadUInt64LittleEndian(digest));
    }

    /// <summary>Whether a handshake shows that its sender knows this incarnation.</summary>
    public static bool IsShown(Handshake handshake, Incarnation self) =>
        handshake.Acquaintance != 0 && handshake.Acquaintance == Of(handshake, self);
}
