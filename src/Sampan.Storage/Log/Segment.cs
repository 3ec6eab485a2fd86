using Sampan.Base;
using Sampan.Io;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Storage.Log;

/// <summary>One file of the log. The writer counts its live entries; readers hold it while they read.</summary>
/// <remarks>
/// Why a reader never reads a recycled file. (1) A reader holds the segment before it reads and lets go afterwards. (2)
/// The writer retires it only from "no holder" to "retired", in one atomic step, after its live entries reached zero,
/// that is, after indexes without them were published. (3) Holding a retired segment fails; the reader then looks at
/// the index again, which by (2) names another place or no entry any more.
/// </remarks>
internal sealed class Segment : IDisposable
{
    private const int Retired = int.MinValue;

    private int _readers;

    /// <summary>A segment over an open file.</summary>
    public Segment(ulong sequence, ulong firstBatch, IFile file, string path)
    {
        Sequence = sequence;
        FirstBatch = firstBatch;
        File = file;
        Path = path;
        LengthBytes = file.LengthBytes;
    }

    /// <summary>Its place in the log; 1 is the first.</summary>
    public ulong Sequence { get; }

    /// <summary>The sequence of its first batch, the state block.</summary>
    public ulong FirstBatch { get; }

    /// <summary>The open file.</summary>
    public IFile File { get; }

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>Length of the file.</summary>
    public long LengthBytes { get; }

    /// <summary>Whole blocks of the file.</summary>
    public int Blocks => (int)(LengthBytes / LogFormat.BlockBytes);

    /// <summary>Entries in it that a group's index points to; the writer only.</summary>
    public long LiveEntries { get; private set; }

    /// <summary>Bytes of these; the writer only.</summary>
    public long LiveBytes { get; private set; }

    /// <summary>An entry was written here.</summary>
    public void Gained(EntryLocation location)
    {
        Invariant.Holds(location.Segment == Sequence, location.Segment, Sequence);
        LiveEntries++;
        LiveBytes += LogFormat.Padded(location.LengthBytes);
    }

    /// <summary>An entry here is not needed any more.</summary>
    public void Lost(EntryLocation location)
    {
        Invariant.Holds(location.Segment == Sequence, location.Segment, Sequence);
        LiveEntries--;
        LiveBytes -= LogFormat.Padded(location.LengthBytes);
        Invariant.Holds(LiveEntries >= 0 && LiveBytes >= 0);
    }

    /// <summary>Keeps the file as it is until <see cref="Release"/>; false if it is retired.</summary>
    public bool TryHold()
    {
        while (true)
        {
            var readers = Volatile.Read(ref _readers);
            if (readers < 0)
            {
                return false;
            }

            if (Interlocked.CompareExchange(ref _readers, readers + 1, readers) == readers)
            {
                return true;
            }
        }
    }

    /// <summary>Ends a <see cref="TryHold"/>.</summary>
    public void Release() => Invariant.Holds(Interlocked.Decrement(ref _readers) >= 0);

    /// <summary>Lets no reader in any more; false while there is one, or a live entry.</summary>
    public bool TryRetire() =>
        LiveEntries == 0 && Interlocked.CompareExchange(ref _readers, Retired, 0) == 0;

    /// <summary>
    /// The entry whose record was read from a place of this segment; throws <see cref="StorageDamagedException"/> if it
    /// is not the one that the index knows there. Its payload is a slice of <paramref name="source"/>.
    /// </summary>
    public Entry Decode(EntryLocation location, GroupId group, ulong index, ReadOnlyMemory<byte> source)
    {
        var isSound = LogRecord.TryRead(source.Span, out var record) && record.IsEntry
            && record.LengthBytes == location.LengthBytes
            && record.Group == group && record.EntryId.Index == index;
        if (!isSound)
        {
            throw Damage.At(Path, Sequence, location.Offset, $"entry {index} is bad", group.ToString());
        }

        var payload = source[LogFormat.EntryHeaderBytes..];
        return new Entry(record.EntryKind, record.EntryId.Term, index, record.TimeTicks, payload);
    }

    /// <inheritdoc/>
    public void Dispose() => File.Dispose();
}
