namespace Sampan.Etcd.Machine;

/// <summary>
/// A result whose size is known and whose bytes are not made yet, so that somebody can ask whether there is room.
/// </summary>
public sealed class SizedAnswer
{
    private readonly Func<byte[]> _write;

    internal SizedAnswer(long sizeBytes, Func<byte[]> write)
    {
        SizeBytes = sizeBytes;
        _write = write;
    }

    /// <summary>How many bytes it will have.</summary>
    public long SizeBytes { get; }

    /// <summary>The bytes, as <see cref="EtcdCodec.Decode"/> splits them.</summary>
    public ReadOnlyMemory<byte> Write() => _write();

    internal static SizedAnswer Of(byte[] result) => new(result.Length, () => result);
}
