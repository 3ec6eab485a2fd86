namespace Sampan.Transport.Streams;

/// <summary>
/// The parts of one message. It grows by doubling, so that many small parts cost what they weigh and not what all
/// before them weigh. One thread.
/// </summary>
internal sealed class PartBuffer
{
    private byte[] _bytes = [];

    /// <summary>How much there is.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a part.</summary>
    public void Add(ReadOnlySpan<byte> part)
    {
        if (_bytes.Length - Count < part.Length)
        {
            Array.Resize(ref _bytes, Math.Max(Count + part.Length, (int)Math.Min(Count * 2L, Array.MaxLength)));
        }

        part.CopyTo(_bytes.AsSpan(Count));
        Count += part.Length;
    }

    /// <summary>Gives all of it away, and is empty again.</summary>
    public ReadOnlyMemory<byte> Take()
    {
        var whole = _bytes.AsMemory(0, Count);
        (_bytes, Count) = ([], 0);
        return whole;
    }
}
