using Sampan.Base;
using Sampan.Io;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Storage.Log;
using Sampan.Testing.Files;

namespace Sampan.Storage.Tests.Log;

/// <summary>
/// A disk that returns something else than was written. The log refuses to start, or finds what it held; what it may
/// never do is to find less, or something else, and say nothing. The one thing it cannot tell: damage to the very last
/// batch before that is marked as synced looks like a torn tail (F2).
/// </summary>
public sealed class LogDamageTests
{
    /// <summary>Each byte of a small log is changed, one at a time; the last batch is marked.</summary>
    [Fact]
    public void No_changed_byte_goes_unnoticed_once_the_log_is_marked()
    {
        var (disk, states) = Script(isMarked: true);
        foreach (var (path, offset) in Bytes(disk))
        {
            var found = TryDescribe(Changed(disk, path, offset, count: 1));
            Assert.True(found is null || found == states[^1], $"{path} {offset}: {found}");
        }
    }

    /// <summary>Without the mark, the last batch may be taken for torn, and only that one.</summary>
    [Fact]
    public void A_changed_byte_costs_at_most_the_unmarked_last_batch()
    {
        var (disk, states) = Script(isMarked: false);
        var cut = 0;
        foreach (var (path, offset) in Bytes(disk))
        {
            var found = TryDescribe(Changed(disk, path, offset, count: 1));
            Assert.True(found is null || found == states[^1] || found == states[^2], $"{path} {offset}: {found}");
            cut += found == states[^2] ? 1 : 0;
        }

        // The ambiguity is there: if it ever is not, its documentation is wrong.
        Assert.True(cut > 0);
    }

    /// <summary>A block that reads as zeros, or as noise, is like a changed byte.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void No_lost_block_goes_unnoticed(bool isMarked)
    {
        var (disk, states) = Script(isMarked);
        foreach (var (path, offset) in Bytes(disk).Where(place => place.Offset % 4096 == 0))
        {
            var found = TryDescribe(Changed(disk, path, offset, count: 4096));
            var isRight = found is null || found == states[^1] || (!isMarked && found == states[^2]);
            Assert.True(isRight, $"{path} {offset}: {found}");
        }
    }

    /// <summary>A log cut short, or one that lost a segment, is damaged, but for what lies behind its end.</summary>
    [Fact]
    public void A_missing_segment_is_damage()
    {
        var (disk, _) = Script(isMarked: true);
        var names = Segments(disk);
        Assert.True(names.Count >= 2);
        foreach (var name in names.SkipLast(1))
        {
            var clone = disk.Clone();
            clone.DeleteFile($"{LogScripts.Folder}/{name}");
            Assert.Null(TryDescribe(clone));
        }
    }

    /// <summary>
    /// Of a last segment that was cut in its header nothing in it tells that it was ever opened: the segment before it
    /// does.
    /// </summary>
    [Theory]
    [InlineData(0)]
    [InlineData(46)]
    [InlineData(4096)]
    [InlineData(60_000)]
    public void A_last_segment_that_was_cut_was_not_never_opened(int lengthBytes)
    {
        var (disk, _) = Script(isMarked: true);
        using (var file = disk.Open($"{LogScripts.Folder}/{Segments(disk)[^1]}", FileOpenMode.ReadWrite))
        {
            file.SetLength(lengthBytes);
        }

        Assert.Throws<StorageDamagedException>(() => LogScripts.Describe(disk));
    }

    /// <summary>The sentence says which file, where, and whose data it was.</summary>
    [Fact]
    public void Damage_is_named()
    {
        var (disk, _) = Script(isMarked: true);
        var first = disk.List(LogScripts.Folder)[0];
        var changed = Changed(disk, $"{LogScripts.Folder}/{first}", offset: (2 * 4096) + 70, count: 1);
        var thrown = Assert.Throws<StorageDamagedException>(() => LogScripts.Describe(changed));
        var place = $"segment 1, offset 8192, file {LogScripts.Folder}/{first}";
        Assert.Contains(place, thrown.Message, StringComparison.Ordinal);
    }

    /// <summary>An entry that went bad after the start is noticed by the read that meets it.</summary>
    [Fact]
    public void A_read_of_a_damaged_entry_says_so()
    {
        var disk = LogScripts.Disk();
        using var log = LogScripts.Open(disk);
        log.Append(LogScripts.Create(7));
        log.Append(LogBatch.Of(LogScripts.Entries(group: 7, term: 1, first: 1, count: 3, bytes: 5000)));
        var into = new List<Entry>();
        Assert.Equal(3, log.Read(new GroupId(7), new IndexRange(1, 4), long.MaxValue, into));
        disk.Damage($"{LogScripts.Folder}/0000000000000001.log", sector: 36, SectorDamage.FlippedBit, new Prng(1));
        var thrown = Assert.Throws<StorageDamagedException>(
            () => log.Read(new GroupId(7), new IndexRange(1, 4), long.MaxValue, into));
        Assert.Contains("groups: 7", thrown.Message, StringComparison.Ordinal);
    }

    /// <summary>A directory of another store, or of a newer program, is left alone.</summary>
    [Fact]
    public void A_foreign_log_is_refused()
    {
        var (disk, _) = Script(isMarked: true);
        var foreign = LogScripts.Options with { Owner = new Incarnation(9, 9) };
        var thrown = Assert.Throws<StorageDamagedException>(
            () => SegmentedLog.Open(disk.Clone(), LogScripts.Folder, foreign, out _));
        Assert.Contains("another data directory", thrown.Message, StringComparison.Ordinal);
        var gone = LogScripts.Options with { MustExist = true };
        var empty = LogScripts.Disk();
        Assert.Throws<StorageDamagedException>(() => SegmentedLog.Open(empty, LogScripts.Folder, gone, out _));
        SegmentedLog.Open(disk, LogScripts.Folder, gone, out _).Dispose();
    }

    private static (SimulatedFileSystem Disk, List<string> States) Script(bool isMarked)
    {
        var disk = LogScripts.Disk();
        var states = new List<string>();
        var model = new LogModel();
        using var log = LogScripts.Open(disk);
        var batches = new List<LogBatch> { LogScripts.Create(1), LogScripts.Create(2) };
        for (var i = 0UL; i < 4; i++)
        {
            var first = 1 + (i / 2 * 2);
            batches.Add(LogBatch.Of(LogScripts.Entries(group: 1 + (i % 2), term: 1, first, count: 2, bytes: 7000)));
        }

        batches.Add(LogBatch.Of(LogScripts.Entries(group: 2, term: 2, first: 3, count: 1, bytes: 50)));
        foreach (var batch in batches)
        {
            log.Append(batch);
            model.Take(batch);
            states.Add(model.Describe());
        }

        if (isMarked)
        {
            log.MarkIdle();
        }

        return (disk, states);
    }

    private static List<string> Segments(SimulatedFileSystem disk) =>
        [.. disk.List(LogScripts.Folder).Where(name => name.EndsWith(".log", StringComparison.Ordinal))];

    // Every byte of headers and records; of payloads and padding every 61st, they are all alike.
    private static IEnumerable<(string Path, long Offset)> Bytes(SimulatedFileSystem disk)
    {
        foreach (var name in Segments(disk))
        {
            for (var offset = 0L; offset < LogScripts.Options.SegmentBytes; offset++)
            {
                if (offset % 4096 < 180 || offset % 61 == 0)
                {
                    yield return ($"{LogScripts.Folder}/{name}", offset);
                }
            }
        }
    }

    private static SimulatedFileSystem Changed(SimulatedFileSystem disk, string path, long offset, int count)
    {
        var clone = disk.Clone();
        using var file = clone.Open(path, FileOpenMode.ReadWrite);
        var bytes = new byte[count];
        file.Read(offset, bytes);
        for (var i = 0; i < count; i++)
        {
            bytes[i] ^= (byte)(1 + ((offset + i) % 255));
        }

        file.Write(offset, bytes);
        return clone;
    }

    private static string? TryDescribe(SimulatedFileSystem disk)
    {
        try
        {
            return LogScripts.Describe(disk);
        }
        catch (StorageDamagedException)
        {
            return null;
        }
    }
}
