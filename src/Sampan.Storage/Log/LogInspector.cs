using Sampan.Io;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Storage.Log;

/// <summary>
/// Looks at a log without writing, and without believing it: also at one that a start would refuse. Not while a store
/// has it open.
/// </summary>
public sealed class LogInspector
{
    private readonly IFileSystem _files;
    private readonly string _directory;
    private readonly Incarnation _owner;

    /// <summary>An inspector of this directory, whose headers should name <paramref name="owner"/>.</summary>
    public LogInspector(IFileSystem files, string directory, Incarnation owner)
    {
        _files = files;
        _directory = directory;
        _owner = owner;
    }

    /// <summary>The store has run before: for <see cref="Open"/> as for a start, a lost log is damage.</summary>
    public bool MustExist { get; init; }

    /// <summary>The segments by ascending sequence.</summary>
    public IReadOnlyList<SegmentReport> ReadSegments()
    {
        var segments = new List<SegmentReport>();
        var names = _files.DirectoryExists(_directory) ? _files.List(_directory) : [];
        foreach (var name in names)
        {
            if (FileNames.TrySegment(name, out var sequence))
            {
                segments.Add(ReadSegment(sequence));
            }
        }

        return segments;
    }

    /// <summary>
    /// Batches and marks that name a segment as theirs, in the order of the file; headers of former lives of a recycled
    /// file are left out.
    /// </summary>
    public IReadOnlyList<BatchReport> ReadBatches(ulong segment)
    {
        using var file = _files.Open(PathOf(segment), FileOpenMode.Read);
        var reader = new SegmentReader(file, _owner);
        var batches = new List<BatchReport>();
        for (var block = 1; block < reader.Blocks; block++)
        {
            if (!reader.TryReadHeader(segment, block, out var header))
            {
                continue;
            }

            var batch = ReadBatch(reader, block, header);
            batches.Add(batch);
            if (batch.IsSound && header.IsBatch)
            {
                block += header.Blocks - 1;
            }
        }

        return batches;
    }

    /// <summary>
    /// Reads the whole log as a start would, but changes nothing: a torn tail is told of and left. Throws
    /// <see cref="StorageDamagedException"/> for what a start would refuse.
    /// </summary>
    public LogContents Open()
    {
        if (!MustExist && !_files.DirectoryExists(_directory))
        {
            return LogContents.Empty;
        }

        var recovery = new LogRecovery(_files, _directory, _owner, FileOpenMode.Read) { MustExist = MustExist };
        return new LogContents(recovery.Run());
    }

    private static BatchReport ReadBatch(SegmentReader reader, int block, BlockHeader header)
    {
        var offset = (long)block * LogFormat.BlockBytes;
        var isSound = reader.TryReadBody(block, header, out var body) || !header.IsBatch;
        var records = new List<RecordReport>();
        var walk = new RecordReader(body);
        while (walk.TryNext(out var record))
        {
            var position = record.IsEntry ? record.EntryId : LogId.Zero;
            var at = offset + LogFormat.HeaderBytes + walk.Offset;
            records.Add(new RecordReport(record.Kind, record.Group, position, at, record.LengthBytes));
        }

        return new BatchReport
        {
            Kind = header.Kind,
            Sequence = header.Batch,
            OffsetBytes = offset,
            LengthBytes = (int)Math.Min((long)header.Blocks * LogFormat.BlockBytes, reader.LengthBytes - offset),
            IsSound = isSound,
            Records = records,
        };
    }

    private SegmentReport ReadSegment(ulong sequence)
    {
        using var file = _files.Open(PathOf(sequence), FileOpenMode.Read);
        var reader = new SegmentReader(file, _owner);
        var isOpened = reader.TryReadHeader(sequence, block: 0, out var header) && header.Kind == HeaderKind.Segment;
        return new SegmentReport
        {
            Sequence = sequence,
            Path = PathOf(sequence),
            LengthBytes = file.LengthBytes,
            IsOpened = isOpened,
            FirstBatch = isOpened ? header.Batch : 0,
        };
    }

    private string PathOf(ulong sequence) => Path.Combine(_directory, FileNames.Segment(sequence));
}
