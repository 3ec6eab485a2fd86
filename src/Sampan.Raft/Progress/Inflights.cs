using Sampan.Base;

namespace Sampan.Raft.Progress;

/// <summary>
/// Appends to one member that are not acknowledged yet, oldest first, bounded in number and bytes. A ring that grows to
/// its bound and is kept, so that steady replication allocates nothing.
/// </summary>
internal sealed class Inflights
{
    private readonly int _messagesMax;
    private readonly long _bytesMax;
    private Inflight[] _ring = new Inflight[4];
    private int _start;

    /// <summary>An empty window with these bounds.</summary>
    public Inflights(int messagesMax, long bytesMax)
    {
        _messagesMax = messagesMax;
        _bytesMax = bytesMax;
    }

    /// <summary>Messages under way.</summary>
    public int Count { get; private set; }

    /// <summary>Entry bytes under way.</summary>
    public long Bytes { get; private set; }

    /// <summary>
    /// Whether nothing more may be sent. One message may pass the bound in bytes, else a huge entry could not.
    /// </summary>
    public bool IsFull => Count >= _messagesMax || Bytes >= _bytesMax;

    /// <summary>Notes an append whose last entry is at <paramref name="lastIndex"/>.</summary>
    public void Add(ulong lastIndex, long bytes)
    {
        Invariant.Holds(!IsFull);
        if (Count == _ring.Length)
        {
            Grow();
        }

        _ring[(_start + Count) % _ring.Length] = new Inflight(lastIndex, bytes);
        Count++;
        Bytes += bytes;
    }

    /// <summary>Everything up to <paramref name="index"/> was acknowledged.</summary>
    public void FreeTo(ulong index)
    {
        while (Count > 0 && _ring[_start].LastIndex <= index)
        {
            Bytes -= _ring[_start].Bytes;
            _start = (_start + 1) % _ring.Length;
            Count--;
        }

        Invariant.Holds(Bytes >= 0);
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        Count = 0;
        Bytes = 0;
        _start = 0;
    }

    private void Grow()
    {
        var ring = new Inflight[Math.Min(_ring.Length * 2, Math.Max(_messagesMax, _ring.Length + 1))];
        for (var i = 0; i < Count; i++)
        {
            ring[i] = _ring[(_start + i) % _ring.Length];
        }

        _ring = ring;
        _start = 0;
    }

    private readonly record struct Inflight(ulong LastIndex, long Bytes);
}
