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
        writer.UInt64(handshake.Acquaintance);
    }

    /// <summary>Reads it; the reader knows whether it succeeded.</summary>
    public static Handshake Read(ref WireReader reader)
    {
        var head = ReadHead(ref reader);
        return head with
        {
            Incarnation = reader.Incarnation(),
            Boot = new BootId(reader.UInt64()),
            RecoveryGeneration = reader.UInt64(),
            RecordedReceiver = reader.Incarnation(),
            IsAdmitted = reader.Byte(highest: 1) == 1,
            RecoveredBy = reader.Incarnation(),
            HoldsNothing = reader.Byte(highest: 1) == 1,
            Acquaintance = reader.UInt64(),
        };
    }

    /// <summary>
    /// Reads a hello that is all of the bytes. Of another version's no more is known than how it begins, which is
    /// enough to refuse it by name.
    /// </summary>
    public static bool TryReadHello(WireReader reader, out Handshake handshake)
    {
        var rest = reader;
        handshake = ReadHead(ref rest);
        if (handshake.Protocol != Handshake.CurrentProtocol)
        {
            return !rest.HasFailed;
        }

        handshake = Read(ref reader);
        return reader.IsDone;
    }

    private static Handshake ReadHead(ref WireReader reader) => new()
    {
        Protocol = reader.UInt32(),
        ClusterId = reader.UInt64(),
        Store = new StoreId(reader.UInt64()),
        Incarnation = default,
        Boot = default,
        RecoveryGeneration = 0,
        RecordedReceiver = default,
        IsAdmitted = false,
    };
}
