using Sampan.Model;

namespace Sampan.Storage.Log;

/// <summary>What a store's log is built with.</summary>
public sealed record LogOptions
{
    /// <summary>
    /// Spares that stand ready while there is room on the disk, so that appending never allocates (F4).
    /// </summary>
    public const int SparesMin = 2;

    /// <summary>
    /// Size of a new segment, in bytes: a multiple of 4 KiB. Segments of another size are read, but not recycled.
    /// </summary>
    public required int SegmentBytes { get; init; }

    /// <summary>The largest payload of an entry.</summary>
    public required int EntryBytesMax { get; init; }

    /// <summary>
    /// The data directory's incarnation. Every header carries it, so that neither a foreign segment nor bytes that a
    /// client chose are taken for a header of this log.
    /// </summary>
    public required Incarnation Owner { get; init; }

    /// <summary>
    /// The store has run before, so its log cannot be absent: an empty directory is damage, not a new log.
    /// </summary>
    public bool MustExist { get; init; }

    /// <summary>What one batch's records may hold: a quarter of a segment, header apart.</summary>
    public int BatchBytesMax => (SegmentBytes / 4) - LogFormat.HeaderBytes;

    /// <summary>
    /// What the groups of a store may come to take of a state block, which repeats them in every segment (I-28): half
    /// of a segment. A group counts with all that may ever be written of it, <see cref="GroupBytesMax"/>.
    /// </summary>
    public long StateBytesMax => (SegmentBytes / 2) - LogFormat.HeaderBytes;

    /// <summary>
    /// What one group counts for at most: its line, bootstrap mark and admission, and two snapshot marks with
    /// configurations of <see cref="Configuration.MembersMax"/> members.
    /// </summary>
    public static long GroupBytesMax => LogFormat.ReplicaBytesMax
        + LogFormat.Padded(LogFormat.RecordHeaderBytes + 8 + ConfigurationCodec.BytesMax);

    /// <summary>
    /// What fits into a segment beside its header, the largest batch and a mark. Above <see cref="StateBytesMax"/> it
    /// is for the store's own records: those of 1024 other stores, in segments of 256 KiB or more.
    /// </summary>
    internal long StateBytesLimit
    {
        get
        {
            var blocks = (SegmentBytes / LogFormat.BlockBytes) - 2
                - LogFormat.Blocks(LogFormat.HeaderBytes + BatchBytesMax);
            return ((long)blocks * LogFormat.BlockBytes) - LogFormat.HeaderBytes;
        }
    }

    /// <summary>
    /// What a Ready's budget may be, counted by <see cref="Entry.SizeBytes"/>, so that its task fits into a batch. The
    /// worst entry is one of a single byte: it counts 33 there and takes 56 on disk.
    /// </summary>
    public int ReadyBytesMax => (int)((BatchBytesMax - (2L * LogFormat.HardStateBytes)) * 33 / 56);

    /// <summary>Throws <see cref="ArgumentException"/> if the options contradict each other.</summary>
    public void Validate()
    {
        Require(SegmentBytes % LogFormat.BlockBytes == 0, "SegmentBytes must be a multiple of 4096");
        const int bytesMin = LogFormat.SegmentBlocksMin * LogFormat.BlockBytes;
        Require(SegmentBytes >= bytesMin, "SegmentBytes must be at least 64 KiB");
        Require(SegmentBytes <= 1 << 30, "SegmentBytes must be at most 1 GiB");
        Require(EntryBytesMax > 0, "EntryBytesMax must be above 0");
        Require(Owner.IsBound, "Owner must be the incarnation of the data directory");
        // Such an entry could never be written: its group would stop for ever.
        var largest = LogFormat.Padded(LogFormat.EntryHeaderBytes + (long)EntryBytesMax) + LogFormat.HardStateBytes;
        Require(largest <= BatchBytesMax, "the largest entry must fit into a quarter of a segment");
    }

    private static void Require(bool condition, string sentence)
    {
        if (!condition)
        {
            throw new ArgumentException(sentence, nameof(condition));
        }
    }
}
