namespace Sampan.Raft.Log;

/// <summary>How many bytes a leader has appended in its term that are not committed.</summary>
internal sealed class UncommittedBytes
{
    private readonly Queue<Batch> _batches = new();

    /// <summary>The sum.</summary>
    public long Total { get; private set; }

    /// <summary>A batch that ends at <paramref name="lastIndex"/> was appended.</summary>
    public void Add(ulong lastIndex, long bytes)
    {
        _batches.Enqueue(new Batch(lastIndex, bytes));
        Total += bytes;
    }

    /// <summary>Everything up to <paramref name="index"/> is committed.</summary>
    public void CommitTo(ulong index)
    {
        while (_batches.TryPeek(out var batch) && batch.LastIndex <= index)
        {
            Total -= batch.Bytes;
            _batches.Dequeue();
        }
    }

    /// <summary>Forgets everything: leadership began or ended.</summary>
    public void Clear()
    {
        _batches.Clear();
        Total = 0;
    }

    private readonly record struct Batch(ulong LastIndex, long Bytes);
}
