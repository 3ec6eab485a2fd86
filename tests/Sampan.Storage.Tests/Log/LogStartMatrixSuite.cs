using Sampan.Io;
using Sampan.MultiRaft.Abstractions;
using Sampan.Storage.Log;
using Sampan.Storage.Tests.Fixture;

namespace Sampan.Storage.Tests.Log;

/// <summary>
/// Purpose: what a start makes of every state of the last segment and the one before: rows 1 to 15 of
/// docs/disk-format.md. On any files.
/// </summary>
/// <remarks>
/// The first segment holds batches 1 (state), 2, 3, 4 in blocks 1 to 4; then a mark, or batches 5 in blocks 5 to 8, 6
/// in 9 to 12 and the end mark in 13. The second one holds batches 7 (state) in block 1 and 8 behind it.
/// </remarks>
public abstract class LogStartMatrixSuite
{
    private const int BlockBytes = LogFormat.BlockBytes;
    private const int Rest = 16 * BlockBytes;

    private readonly IFileSystem _files;

    /// <summary>On these, which are empty.</summary>
    protected LogStartMatrixSuite(IFileSystem files) => _files = files;

    [Fact]
    public void Row_01_a_sound_log_is_written_and_marked_again()
    {
        WriteOne(isMarked: false);
        AssertFound(lastBatch: 4, lastIndex: 2);
        Assert.Equal(4UL, MarkAt(segment: 1, block: 5));
    }

    [Fact]
    public void Row_02_a_torn_state_block_that_was_not_marked_is_written_anew()
    {
        WriteTwo();
        Lose(segment: 1, block: 13, BlockBytes);
        Change(segment: 2, block: 1, at: 100);
        Lose(segment: 2, block: 2, 14 * BlockBytes);
        AssertFound(lastBatch: 7, lastIndex: 4);
        Assert.Equal(7UL, MarkAt(segment: 1, block: 13));
    }

    [Fact]
    public void Row_03_a_torn_state_block_that_was_marked_is_damage()
    {
        WriteTwo();
        Change(segment: 2, block: 1, at: 100);
        AssertDamage();
    }

    [Fact]
    public void Row_04_a_first_start_that_was_cut_is_begun_again()
    {
        WriteOne(isMarked: false);
        Change(segment: 1, block: 1, at: 80);
        Lose(segment: 1, block: 2, 14 * BlockBytes);
        AssertFound(lastBatch: 1, lastIndex: 0);
    }

    [Fact]
    public void Row_05_the_first_state_block_of_a_store_that_has_run_is_missed()
    {
        WriteOne(isMarked: false);
        Change(segment: 1, block: 1, at: 80);
        Lose(segment: 1, block: 2, 14 * BlockBytes);
        AssertDamage(mustExist: true);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(46)]
    [InlineData((3 * BlockBytes) + 7)]
    public void Row_06_a_segment_that_was_never_opened_is_a_spare_again(int lengthBytes)
    {
        WriteTwo();
        NeverOpened(lengthBytes);
        Lose(segment: 1, block: 13, BlockBytes);
        var remarks = AssertFound(lastBatch: 6, lastIndex: 4);
        Assert.Contains(remarks, remark => remark.Contains("never opened", StringComparison.Ordinal));
        var names = _files.List(LogScripts.Folder);
        Assert.Equal(2, names.Count(name => name.EndsWith(".spare", StringComparison.Ordinal)));
    }

    [Fact]
    public void Row_06_the_last_batch_before_it_may_be_lost_with_its_header()
    {
        WriteTwo();
        NeverOpened(lengthBytes: -1);
        Lose(segment: 1, block: 9, 5 * BlockBytes);
        AssertFound(lastBatch: 5, lastIndex: 4);
    }

    [Fact]
    public void Row_07_a_bad_batch_before_a_segment_that_was_never_opened_is_damage()
    {
        WriteTwo();
        NeverOpened(lengthBytes: -1);
        Lose(segment: 1, block: 13, BlockBytes);
        Change(segment: 1, block: 9, at: 80);
        AssertDamage();
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(5000)]
    public void Row_08_a_first_segment_that_was_never_opened_is_an_empty_log(int lengthBytes)
    {
        MakeEmpty(segment: 1, lengthBytes);
        AssertFound(lastBatch: 1, lastIndex: 0);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    public void Row_09_only_a_later_segment_that_was_never_opened_is_damage(int lengthBytes)
    {
        MakeEmpty(segment: 2, lengthBytes);
        AssertDamage();
    }

    [Fact]
    public void Row_10_a_marked_segment_that_is_missing_is_damage()
    {
        WriteTwo();
        _files.DeleteFile(PathOf(2));
        AssertDamage();
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(46)]
    public void Row_10_a_marked_segment_without_a_header_is_damage(int lengthBytes)
    {
        WriteTwo();
        NeverOpened(lengthBytes);
        AssertDamage();
    }

    [Fact]
    public void Row_11_a_segment_without_a_header_that_holds_batches_is_damage()
    {
        WriteTwo();
        Lose(segment: 1, block: 13, BlockBytes);
        Change(segment: 2, block: 0, at: 10);
        AssertDamage();
    }

    [Fact]
    public void Row_12_a_bad_batch_before_a_later_segment_is_damage()
    {
        WriteTwo();
        Change(segment: 1, block: 3, at: 80);
        AssertDamage();
    }

    [Fact]
    public void Row_13_a_torn_tail_is_cut_with_a_remark()
    {
        WriteOne(isMarked: false);
        Change(segment: 1, block: 4, at: 80);
        var remarks = AssertFound(lastBatch: 3, lastIndex: 1);
        Assert.Contains(remarks, remark => remark.Contains("torn batch 4", StringComparison.Ordinal));
    }

    [Fact]
    public void Row_14_a_bad_batch_that_was_marked_is_damage()
    {
        WriteOne(isMarked: true);
        Change(segment: 1, block: 4, at: 80);
        AssertDamage();
    }

    [Fact]
    public void Row_14_a_bad_batch_before_another_is_damage()
    {
        WriteOne(isMarked: false);
        Change(segment: 1, block: 3, at: 80);
        AssertDamage();
    }

    [Fact]
    public void Row_15_no_log_is_an_empty_one() => AssertFound(lastBatch: 1, lastIndex: 0);

    [Fact]
    public void Row_15_no_log_of_a_store_that_has_run_is_damage() => AssertDamage(mustExist: true);

    private static string PathOf(int segment) => $"{LogScripts.Folder}/{segment:x16}.log";

    private void WriteOne(bool isMarked)
    {
        using var log = LogScripts.Open(_files);
        AppendThree(log);
        if (isMarked)
        {
            log.MarkIdle();
        }
    }

    private void WriteTwo()
    {
        using var log = LogScripts.Open(_files);
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

    private void Change(int segment, int block, int at)
    {
        using var file = _files.Open(PathOf(segment), FileOpenMode.ReadWrite);
        var bytes = new byte[1];
        file.Read(((long)block * BlockBytes) + at, bytes);
        bytes[0] ^= 0x40;
        file.Write(((long)block * BlockBytes) + at, bytes);
    }

    private void Lose(int segment, int block, int count)
    {
        using var file = _files.Open(PathOf(segment), FileOpenMode.ReadWrite);
        file.Write((long)block * BlockBytes, new byte[count]);
    }

    // The second segment is what it is between its name and its header; below 0 with all of its blocks.
    private void NeverOpened(int lengthBytes)
    {
        using var file = _files.Open(PathOf(2), FileOpenMode.ReadWrite);
        file.Write(0, new byte[Rest]);
        if (lengthBytes >= 0)
        {
            file.SetLength(lengthBytes);
        }
    }

    private void MakeEmpty(int segment, int lengthBytes)
    {
        _files.CreateDirectory(LogScripts.Folder);
        using var file = _files.Open(PathOf(segment), FileOpenMode.CreateNew);
        file.Write(0, new byte[lengthBytes < 0 ? Rest : lengthBytes]);
    }

    private ulong MarkAt(int segment, int block)
    {
        using var file = _files.Open(PathOf(segment), FileOpenMode.Read);
        var reader = new SegmentReader(file, LogScripts.Options.Owner);
        Assert.True(reader.TryReadHeader((ulong)segment, block, out var header));
        Assert.Equal(HeaderKind.Synced, header.Kind);
        return header.Batch;
    }

    private IReadOnlyList<string> AssertFound(ulong lastBatch, ulong lastIndex)
    {
        using var log = SegmentedLog.Open(_files, LogScripts.Folder, LogScripts.Options, out var store);
        Assert.Equal(lastBatch, log.LastBatch);
        Assert.Equal(lastIndex, store.Groups.Count == 0 ? 0 : Assert.Single(store.Groups).LastIndex);
        return store.Remarks;
    }

    // The sentence names a file of the log, and nothing was written.
    private void AssertDamage(bool mustExist = false)
    {
        var before = Contents();
        var options = LogScripts.Options with { MustExist = mustExist };
        var thrown = Assert.Throws<StorageDamagedException>(
            () => SegmentedLog.Open(_files, LogScripts.Folder, options, out _));
        Assert.Contains(LogScripts.Folder, thrown.Message, StringComparison.Ordinal);
        Assert.Equal(before, Contents());
    }

    private List<string> Contents() => _files.DirectoryExists(LogScripts.Folder)
        ? [.. _files.List(LogScripts.Folder).Select(name =>
            $"{name} {Base.Crc32C.Of(Disks.Read(_files, $"{LogScripts.Folder}/{name}")):x8}")]
        : [];
}
