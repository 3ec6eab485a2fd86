using Sampan.Base;
using Sampan.Io;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Storage.Log;

/// <summary>
/// The spare segments. The writer takes them and hands in retired segments; one other thread prepares: it renames
/// retired ones and writes zeros. They meet only in slots that are exchanged atomically.
/// </summary>
/// <remarks>
/// Order on disk: a retired segment loses its name before a newer one does, and each such change is synced by itself.
/// So the segments that a crash leaves always follow each other without a gap, and a gap is damage.
/// </remarks>
internal sealed class SparePool : IDisposable
{
    private const int SlotCount = 4;
    private const int StepBytes = 4 * 1024 * 1024;

    private readonly IFileSystem _files;
    private readonly string _directory;
    private readonly int _segmentBytes;
    private readonly SpareFile?[] _slots = new SpareFile?[SlotCount];
    private readonly byte[] _zeros;
    private SpareFile? _retired;
    private SpareFile? _unfinished;
    private long _unfinishedBytes;
    private ulong _lastNumber;
    private bool _isFull;

    /// <summary>A pool without spares; new files are numbered above <paramref name="lastNumber"/>.</summary>
    public SparePool(IFileSystem files, string directory, int segmentBytes, ulong lastNumber)
    {
        _files = files;
        _directory = directory;
        _segmentBytes = segmentBytes;
        _lastNumber = lastNumber;
        _zeros = new byte[Math.Min(segmentBytes, 1024 * 1024)];
    }

    /// <summary>How many spares stand ready; any thread, a moment's truth.</summary>
    public int Count
    {
        get
        {
            var count = 0;
            foreach (ref var slot in _slots.AsSpan())
            {
                count += Volatile.Read(ref slot) is null ? 0 : 1;
            }

            return count;
        }
    }

    /// <summary>
    /// Whether no spare could be made for want of room, and there have not been enough of them since; any thread.
    /// </summary>
    public bool IsFull => Volatile.Read(ref _isFull);

    /// <summary>Takes a spare, if there is one; the writer.</summary>
    public SpareFile? TryTake()
    {
        foreach (ref var slot in _slots.AsSpan())
        {
            if (Interlocked.Exchange(ref slot, null) is { } spare)
            {
                return spare;
            }
        }

        return null;
    }

    /// <summary>
    /// Makes a spare at once; the writer, where nobody prepared one in time. Throws <see cref="StorageFullException"/>
    /// and leaves nothing if there is no room. From then on it is left to the preparing thread: two that try would take
    /// the room from each other.
    /// </summary>
    public SpareFile CreateNow()
    {
        if (IsFull)
        {
            throw new StorageFullException(Full);
        }

        SpareFile? spare = null;
        try
        {
            spare = Begin();
            for (var bytes = 0L; bytes < _segmentBytes; bytes += _zeros.Length)
            {
                WriteZeros(spare, bytes);
            }
        }
        catch (FileSystemException failure) when (failure.Failure == FileFailure.NoSpace)
        {
            Volatile.Write(ref _isFull, true);
            Abandon(spare);
            throw new StorageFullException(Full, failure);
        }

        return Finish(spare);
    }

    /// <summary>A path for a spare that no file has.</summary>
    public string NextPath() => Path.Combine(_directory, FileNames.Spare(NextNumber()));

    /// <summary>Hands in a segment that nobody needs; the writer, in the order of sequences.</summary>
    public void Retire(SpareFile segment)
    {
        while (true)
        {
            segment.Next = Volatile.Read(ref _retired);
            if (Interlocked.CompareExchange(ref _retired, segment, segment.Next) == segment.Next)
            {
                return;
            }
        }
    }

    /// <summary>Offers a spare that was found or made; false if there are enough.</summary>
    public bool TryAdd(SpareFile spare)
    {
        foreach (ref var slot in _slots.AsSpan())
        {
            if (Interlocked.CompareExchange(ref slot, spare, null) is null)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Does one bounded step towards enough spares; the preparing thread.</summary>
    public SpareStatus Prepare()
    {
        if (Interlocked.Exchange(ref _retired, null) is { } retired)
        {
            Recycle(retired);
            return SpareStatus.Working;
        }

        if (Count >= LogOptions.SparesMin && _unfinished is null)
        {
            Volatile.Write(ref _isFull, false);
            return SpareStatus.Ready;
        }

        try
        {
            PrepareNew();
            return SpareStatus.Working;
        }
        catch (FileSystemException failure) when (failure.Failure == FileFailure.NoSpace)
        {
            Volatile.Write(ref _isFull, true);
            Abandon(_unfinished);
            _unfinished = null;
            return SpareStatus.NoSpace;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        while (TryTake() is { } spare)
        {
            spare.File.Dispose();
        }

        for (var retired = _retired; retired is not null; retired = retired.Next)
        {
            retired.File.Dispose();
        }

        _unfinished?.File.Dispose();
    }

    private void Recycle(SpareFile newest)
    {
        var all = new List<SpareFile>();
        for (var segment = newest; segment is not null; segment = segment.Next)
        {
            all.Add(segment);
        }

        all.Sort((left, right) => left.Sequence.CompareTo(right.Sequence));
        foreach (var segment in all)
        {
            Recycle(segment, IsWanted(segment));
        }
    }

    // The file that is being filled has its slot already.
    private bool IsWanted(SpareFile segment) =>
        segment.File.LengthBytes == _segmentBytes && Count + (_unfinished is null ? 0 : 1) < SlotCount;

    private void Recycle(SpareFile segment, bool isWanted)
    {
        if (!isWanted)
        {
            segment.File.Dispose();
            _files.DeleteFile(segment.Path);
            _files.SyncDirectory(_directory);
            return;
        }

        var path = NextPath();
        _files.Rename(segment.Path, path);
        _files.SyncDirectory(_directory);
        Invariant.Holds(TryAdd(new SpareFile(path, segment.File)));
    }

    private void PrepareNew()
    {
        if (_unfinished is null)
        {
            _unfinishedBytes = 0;
            _unfinished = Begin();
        }

        for (var step = 0L; step < StepBytes && _unfinishedBytes < _segmentBytes; step += _zeros.Length)
        {
            WriteZeros(_unfinished, _unfinishedBytes);
            _unfinishedBytes += _zeros.Length;
        }

        if (_unfinishedBytes >= _segmentBytes)
        {
            var spare = Finish(_unfinished);
            _unfinished = null;
            Invariant.Holds(TryAdd(spare));
        }
    }

    private SpareFile Begin()
    {
        var path = Path.Combine(_directory, FileNames.Unfinished(NextNumber()));
        return new SpareFile(path, _files.Open(path, FileOpenMode.CreateNew));
    }

    // Zeros are written, not merely reserved: an append into blocks that were never written pays for each of them.
    private void WriteZeros(SpareFile spare, long offset)
    {
        var count = (int)Math.Min(_zeros.Length, _segmentBytes - offset);
        spare.File.Write(offset, _zeros.AsSpan(0, count));
    }

    private SpareFile Finish(SpareFile unfinished)
    {
        unfinished.File.Sync();
        var path = NextPath();
        _files.Rename(unfinished.Path, path);
        _files.SyncDirectory(_directory);
        return new SpareFile(path, unfinished.File);
    }

    private void Abandon(SpareFile? unfinished)
    {
        if (unfinished is not null)
        {
            unfinished.File.Dispose();
            _files.DeleteFile(unfinished.Path);
        }
    }

    private string Full => $"there is no room for a segment of {_segmentBytes} bytes in {_directory}";

    private ulong NextNumber() => Interlocked.Increment(ref _lastNumber);
}
