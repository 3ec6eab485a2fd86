using Sampan.Base;
using Sampan.Io;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Storage.Log;
using Sampan.Testing.Files;

namespace Sampan.Storage.Tests.Log;

/// <summary>
/// The start matrix of the log: in which state the last segments may be found, and what the start makes of it. A row
/// without an expected batch is damage.
/// </summary>
public sealed class LogStartTests
{
    private const int BlockBytes = 4096;

    /// <summary>
    /// The script writes batches 1 (state), 2, 3, 4 (one block each, blocks 1 to 4) and ends with or without a mark in
    /// block 5. Then blocks are made what the row says: what expects 4 finds all, what expects 3 has cut the last.
    /// </summary>
    /// <param name="what">What happened to the disk.</param>
    /// <param name="isMarked">Whether batch 4 was marked as synced before that.</param>
    /// <param name="expected">The last batch found, or 0: the start is refused.</param>
    [Theory]
    [InlineData("nothing", false, 4)]
    [InlineData("nothing", true, 4)]
    [InlineData("mark lost", true, 4)]
    [InlineData("mark torn", true, 4)]
    [InlineData("header padding changed", true, 4)]
    [InlineData("last header torn", false, 3)]
    [InlineData("last header torn", true, 0)]
    [InlineData("last body torn", false, 3)]
    [InlineData("last body torn", true, 0)]
    [InlineData("last lost", false, 3)]
    [InlineData("last lost", true, 0)]
    [InlineData("third torn", false, 0)]
    [InlineData("third torn", true, 0)]
    [InlineData("state torn", false, 0)]
    [InlineData("segment header torn", false, 0)]
    [InlineData("segment header lost", true, 0)]
    [InlineData("last two lost", false, 2)]
    [InlineData("all batches lost", false, 1)]
    public void One_segment(string what, bool isMarked, int expected)
    {
        var disk = LogScripts.Disk();
        WriteFour(disk, isMarked);
        foreach (var (block, at, count) in Change(what))
        {
            Corrupt(disk, segment: 1, block, at, count);
        }

        Assert.Equal(expected, LastBatch(disk));
    }

    /// <summary>
    /// The same with two segments: batches 1 to 6 in the first (5 in blocks 5 to 8, 6 in 9 to 12, a mark of batch 7 in
    /// 13), 7 (state) and 8 in the second. "Never opened" is what a crash leaves between the name and the header. A
    /// crash before batch 7 was durable leaves no end mark; with one, whatever is missing of the second is damage.
    /// </summary>
    /// <param name="second">The second segment's state.</param>
    /// <param name="first">What happened to the first.</param>
    /// <param name="expected">The last batch found, or 0: the start is refused.</param>
    [Theory]
    [InlineData("whole", "nothing", 8)]
    [InlineData("whole", "sixth torn", 0)]
    [InlineData("whole", "third torn", 0)]
    [InlineData("whole", "segment header torn", 0)]
    [InlineData("whole", "end mark lost", 8)]
    [InlineData("missing", "nothing", 0)]
    [InlineData("missing", "end mark lost", 6)]
    [InlineData("missing", "end mark lost, sixth torn", 5)]
    [InlineData("never opened", "nothing", 0)]
    [InlineData("never opened", "end mark lost", 6)]
    [InlineData("never opened", "sixth torn", 0)]
    [InlineData("never opened", "end mark lost, sixth torn", 0)]
    [InlineData("never opened", "end mark lost, third torn", 0)]
    [InlineData("never opened", "end mark lost, segment header torn", 0)]
    [InlineData("header only", "nothing", 0)]
    [InlineData("header only", "end mark lost", 6)]
    [InlineData("header only", "end mark lost, sixth torn", 0)]
    [InlineData("state torn", "nothing", 0)]
    [InlineData("state torn", "end mark lost", 6)]
    [InlineData("state torn", "end mark lost, sixth torn", 0)]
    [InlineData("last torn", "nothing", 7)]
    [InlineData("last torn", "sixth torn", 0)]
    [InlineData("header torn", "nothing", 0)]
    [InlineData("header lost", "nothing", 0)]
    public void Two_segments(string second, string first, int expected)
    {
        var disk = LogScripts.Disk();
        WriteTwoSegments(disk);
        switch (second)
        {
            case "missing":
                disk.DeleteFile($"{LogScripts.Folder}/{2:x16}.log");
                break;
            case "never opened":
                Corrupt(disk, segment: 2, block: 0, at: 0, count: 16 * BlockBytes);
                break;
            case "header only":
                Corrupt(disk, segment: 2, block: 1, at: 0, count: 15 * BlockBytes);
                break;
            case "state torn":
                Corrupt(disk, segment: 2, block: 1, at: 100, count: 1);
                Corrupt(disk, segment: 2, block: 2, at: 0, count: 14 * BlockBytes);
                break;
            case "last torn":
                Corrupt(disk, segment: 2, block: 2, at: 100, count: 1);
                break;
            case "header torn":
                Corrupt(disk, segment: 2, block: 0, at: 20, count: 1);
                break;
            case "header lost":
                Corrupt(disk, segment: 2, block: 0, at: 0, count: BlockBytes);
                break;
        }

        foreach (var (block, at, count) in first.Split(", ").SelectMany(Change))
        {
            Corrupt(disk, segment: 1, block, at, count);
        }

        Assert.Equal(expected, LastBatch(disk));
    }

    /// <summary>
    /// F8: a recycled segment is full of sound batches of its former life. None of them is read, at whatever batch the
    /// new life ends.
    /// </summary>
    [Fact]
    public void A_recycled_segment_shows_nothing_of_its_former_life()
    {
        var disk = LogScripts.Disk();
        using var log = LogScripts.Open(disk);
        log.Append(LogScripts.Create(1));
        var last = 0UL;
        var recycled = 0;
        for (var round = 0; round < 40; round++)
        {
            log.Append(LogBatch.Of(LogScripts.Entries(group: 1, term: 1, last + 1, count: 1, bytes: 3000)));
            last++;
            log.Append(LogBatch.Of(new StoreRecord
            {
                Kind = StoreRecordKind.CompactionMark,
                Group = new GroupId(1),
                CompactedTo = new LogId(1, last - 1 == 0 ? 0 : last - 1),
            }));
            var before = disk.List(LogScripts.Folder)[0];
            log.PrepareSpares();
            recycled += disk.List(LogScripts.Folder)[0] == before ? 0 : 1;

            var clone = disk.Clone();
            using var found = SegmentedLog.Open(clone, LogScripts.Folder, LogScripts.Options, out var store);
            Assert.Equal(last, store.Groups[0].LastIndex);
            Assert.Equal(last - 1, store.Groups[0].Base.Index);
            Assert.Equal(log.LastBatch, found.LastBatch);
        }

        Assert.True(recycled >= 3);
        Assert.InRange(disk.List(LogScripts.Folder).Count, 3, 6);
    }

    // Blocks of the first segment: 0 header, 1 state, 2 to 4 batches, 5 mark.
    private static IEnumerable<(int Block, int At, int Count)> Change(string what) => what switch
    {
        "mark lost" => [(5, 0, BlockBytes)],
        "mark torn" => [(5, 10, 1)],
        "header padding changed" => [(0, 64, BlockBytes - 64)],
        "last header torn" => [(4, 20, 1)],
        "last body torn" => [(4, 80, 1)],
        "last lost" => [(4, 0, BlockBytes)],
        "third torn" => [(3, 80, 1)],
        "sixth torn" => [(9, 80, 1)],
        "end mark lost" => [(13, 0, BlockBytes)],
        "state torn" => [(1, 80, 1)],
        "segment header torn" => [(0, 10, 1)],
        "segment header lost" => [(0, 0, BlockBytes)],
        "last two lost" => [(3, 0, 2 * BlockBytes)],
        "all batches lost" => [(2, 0, 3 * BlockBytes)],
        _ => [],
    };

    private static void WriteFour(SimulatedFileSystem disk, bool isMarked)
    {
        using var log = LogScripts.Open(disk);
        AppendThree(log);
        if (isMarked)
        {
            log.MarkIdle();
        }
    }

    private static void WriteTwoSegments(SimulatedFileSystem disk)
    {
        using var log = LogScripts.Open(disk);
        AppendThree(log);
        while (log.SegmentCount == 1)
        {
            log.Append(LogBatch.Of(LogScripts.Entries(group: 1, term: 1, first: 3, count: 2, bytes: 7900)));
        }

        Assert.Equal(8UL, log.LastBatch);
    }

    private static void AppendThree(SegmentedLog log)
    {
        log.Append(LogScripts.Create(1));
        log.Append(LogBatch.Of(LogScripts.Entries(group: 1, term: 1, first: 1, count: 1)));
        log.Append(LogBatch.Of(LogScripts.Entries(group: 1, term: 1, first: 2, count: 1)));
    }

    private static void Corrupt(SimulatedFileSystem disk, int segment, int block, int at, int count)
    {
        using var file = disk.Open($"{LogScripts.Folder}/{segment:x16}.log", FileOpenMode.ReadWrite);
        var bytes = new byte[count];
        file.Read(((long)block * BlockBytes) + at, bytes);
        if (count == 1)
        {
            bytes[0] ^= 0x40;
        }
        else
        {
            Array.Clear(bytes);
        }

        file.Write(((long)block * BlockBytes) + at, bytes);
    }

    private static int LastBatch(SimulatedFileSystem disk)
    {
        var before = ReadAll(disk);
        try
        {
            using var log = SegmentedLog.Open(disk, LogScripts.Folder, LogScripts.Options, out var store);
            // A segment without a sound state block gets a new one at start: it says nothing new.
            var isStateNew = before < 0;
            Assert.NotNull(store);
            return (int)log.LastBatch - (isStateNew ? 1 : 0);
        }
        catch (StorageDamagedException)
        {
            return 0;
        }
    }

    // Minus one if the last segment has a header and no sound state block.
    private static int ReadAll(SimulatedFileSystem disk)
    {
        var name = disk.List(LogScripts.Folder).Last(name => name.EndsWith(".log", StringComparison.Ordinal));
        using var file = disk.Open($"{LogScripts.Folder}/{name}", FileOpenMode.Read);
        var reader = new SegmentReader(file, LogScripts.Options.Owner);
        var isOpened = reader.TryReadHeader(block: 0, out var header) == HeaderStanding.Sound;
        var hasState = reader.TryReadHeader(header.Segment, block: 1, out var state)
            && reader.TryReadBody(block: 1, state, out _);
        return isOpened && !hasState ? -1 : 0;
    }
}
