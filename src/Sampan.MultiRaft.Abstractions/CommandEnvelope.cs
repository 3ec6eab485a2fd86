using System.Buffers.Binary;
using Sampan.Base;
using Sampan.Model;

namespace Sampan.MultiRaft.Abstractions;

/// <summary>
/// The payload of a command entry: where it came from (store 8, boot id 8, sequence 8, little-endian), then the
/// command. So the door where a request arrived recognises it when it is applied there, whoever led meanwhile.
/// </summary>
public static class CommandEnvelope
{
    /// <summary>Bytes before the command.</summary>
    public const int HeaderBytes = 24;

    /// <summary>Writes the header and copies the command behind it.</summary>
    public static void Write(Span<byte> into, Origin origin, ReadOnlySpan<byte> command)
    {
        Invariant.Holds(into.Length == HeaderBytes + command.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(into, origin.Store.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(into[8..], origin.Boot.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(into[16..], origin.Sequence);
        command.CopyTo(into[HeaderBytes..]);
    }

    /// <summary>Reads the header.</summary>
    public static Origin OriginOf(ReadOnlySpan<byte> payload)
    {
        Invariant.Holds(payload.Length >= HeaderBytes);
        return new Origin(
            new StoreId(BinaryPrimitives.ReadUInt64LittleEndian(payload)),
            new BootId(BinaryPrimitives.ReadUInt64LittleEndian(payload[8..])),
            BinaryPrimitives.ReadUInt64LittleEndian(payload[16..]));
    }

    /// <summary>The command.</summary>
    public static ReadOnlyMemory<byte> CommandOf(ReadOnlyMemory<byte> payload) => payload[HeaderBytes..];
}
