using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Transport.Wire;

/// <summary>The bytes of a <see cref="Handshake"/>.</summary>
internal static class HandshakeCodec
{
    /// <summary>Writes it.</summary>
    public static void Write(WireWriter writer, Handshake handshake)
    {
        writer.UInt32(handshake.Protocol);
        writer.UInt64(handshake.ClusterId);
        writer.UInt64(handshake.Store.Value);
        writer.Incarnation(handshake.Incarnation);
        writer.UInt64(handshake.Boot.Value);
        writer.UInt64(handshake.RecoveryGeneration);
        writer.Incarnation(handshake.RecordedReceiver);
        writer.Byte(handshake.IsAdmitted ? (byte)1 : (byte)0);
        writer.Incarnation(handshake.RecoveredBy);
        writer.Byte(handshake.HoldsNothing ? (byte)1 : (byte)0);
    }

    /// <summary>Reads it; the reader knows whether it succeeded.</summary>
    public static Handshake Read(ref WireReader reader) => new()
    {
        Protocol = reader.UInt32(),
        ClusterId = reader.UInt64(),
        Store = new StoreId(reader.UInt64()),
        Incarnation = reader.Incarnation(),
        Boot = new BootId(reader.UInt64()),
        RecoveryGeneration = reader.UInt64(),
        RecordedReceiver = reader.Incarnation(),
        IsAdmitted = reader.Byte(highest: 1) == 1,
        RecoveredBy = reader.Incarnation(),
        HoldsNothing = reader.Byte(highest: 1) == 1,
    };
}
