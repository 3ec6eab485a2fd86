namespace Sampan.Transport.Wire;

/// <summary>What a frame is. The values are part of the wire format.</summary>
internal enum FrameKind : byte
{
    /// <summary>Who the sender is; the first frame of each side.</summary>
    Hello = 1,

    /// <summary>The sender accepts the other's hello.</summary>
    Accept = 2,

    /// <summary>The sender refuses it; the payload is a sentence.</summary>
    Refuse = 3,

    /// <summary>A message, or the last part of one.</summary>
    Last = 4,

    /// <summary>A part of a message of which more follows in the same lane.</summary>
    Part = 5,
}
