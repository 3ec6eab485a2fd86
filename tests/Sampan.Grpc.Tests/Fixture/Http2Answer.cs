namespace Sampan.Grpc.Tests.Fixture;

/// <summary>What a server sent on one stream until it ended it.</summary>
internal sealed class Http2Answer
{
    /// <summary>Head and trailers together.</summary>
    public Dictionary<string, string> Headers { get; } = new(StringComparer.Ordinal);

    public List<byte> Body { get; } = [];

    /// <summary>How many blocks of headers came: one for a head that is all, two with trailers.</summary>
    public int Blocks { get; set; }

    /// <summary>The code of a reset, if the stream ended by one.</summary>
    public uint? Reset { get; set; }
}
