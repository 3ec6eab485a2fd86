using System.Buffers.Binary;
using Sampan.Base;

namespace Sampan.Transport.Wire;

/// <summary>
/// The frame that everything between stores travels in: CRC-32C of what follows it (4), length of the payload (4), kind
/// (1), lane (1), zero (2), payload. A message larger than a frame is cut into parts.
/// </summary>
internal static class FrameFormat
{
    /// <summary>What stands before the payload.</summary>
    public const int HeaderBytes = 12;

    /// <summary>A whole frame is never larger.</summary>
    public const int FrameBytesMax = 256 * 1024;

    /// <summary>A payload is never larger.</summary>
    public const int PayloadBytesMax = FrameBytesMax - HeaderBytes;

    /// <summary>Fills the header of a frame whose payload is in place.</summary>
    public static void Seal(Span<byte> frame, FrameKind kind, byte lane)
    {
        BinaryPrimitives.WriteInt32LittleEndian(frame[4..], frame.Length - HeaderBytes);
        frame[8] = (byte)kind;
        frame[9] = lane;
        frame[10] = 0;
        frame[11] = 0;
        BinaryPrimitives.WriteUInt32LittleEndian(frame, Crc32C.Of(frame[4..]));
    }

    /// <summary>The frames of a message, one behind the other.</summary>
    public static byte[] Cut(ReadOnlySpan<byte> message, byte lane)
    {
        var count = Math.Max(1, (message.Length + PayloadBytesMax - 1) / PayloadBytesMax);
        var frames = new byte[message.Length + (count * HeaderBytes)];
        var position = 0;
        for (var i = 0; i < count; i++)
        {
            var start = i * PayloadBytesMax;
            var part = message.Slice(start, Math.Min(PayloadBytesMax, message.Length - start));
            var frame = frames.AsSpan(position, HeaderBytes + part.Length);
            part.CopyTo(frame[HeaderBytes..]);
            Seal(frame, i == count - 1 ? FrameKind.Last : FrameKind.Part, lane);
            position += frame.Length;
        }

        return frames;
    }

    /// <summary>The length of the frame that begins here, from its header.</summary>
    public static int LengthOf(ReadOnlySpan<byte> header) =>
        HeaderBytes + BinaryPrimitives.ReadInt32LittleEndian(header[4..]);

    /// <summary>Whether a header can be one; null, or what is wrong.</summary>
    public static string? Check(ReadOnlySpan<byte> header, int payloadBytesMax)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(header[4..]);
        return length < 0 || length > payloadBytesMax
            ? $"a frame of {(uint)length} bytes; {payloadBytesMax} are allowed"
            : header[8] is < (byte)FrameKind.Hello or > (byte)FrameKind.Part ? $"a frame of kind {header[8]}"
            : header[9] >= Lanes.Count ? $"a frame of lane {header[9]}"
            : header[10] != 0 || header[11] != 0 ? "a frame with unknown flags"
            : null;
    }

    /// <summary>Whether a whole frame is as it was sent.</summary>
    public static bool IsIntact(ReadOnlySpan<byte> frame) =>
        BinaryPrimitives.ReadUInt32LittleEndian(frame) == Crc32C.Of(frame[4..]);
}
