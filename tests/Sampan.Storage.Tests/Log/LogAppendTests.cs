using Sampan.Base;
using Sampan.Io;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Storage.Log;
using Sampan.Testing.Files;

namespace Sampan.Storage.Tests.Log;

/// <summary>What appending, reading, forwarding and failing look like from outside.</summary>
public sealed class LogAppendTests
{
    private static readonly GroupId _slow = new(1);

    /// <summary>
    /// A group that writes nothing more, beside one that writes and compacts, holds a handful of segments: its entries
    /// are written forward, and are read from there, before and after a start.
    /// </summary>
    [Fact]
    public void An_idle_group_holds_no_thousand_segments()
    {
        var disk = LogScripts.Disk();
        using var log = LogScripts.Open(disk);
        log.Append(LogScripts.Create(1));
        log.Append(LogScripts.Create(2));
        log.Append(LogBatch.Of(LogScripts.Entries(group: 1, term: 3, first: 1, count: 5)));
        for (var last = 0UL; last < 400; last += 2)
        {
            log.Append(LogBatch.Of(LogScripts.Entries(group: 2, term: 1, last + 1, count: 2, bytes: 5000)));
            log.Append(Compaction(group: 2, new LogId(1, last + 1)));
            log.PrepareSpares();
            Assert.InRange(log.SegmentCount, 1, 8);
            Assert.Equal(5, Read(log, _slow, new IndexRange(1, 6)).Count);
        }

        Assert.True(log.LastBatch > 400);
        Assert.InRange(disk.List(LogScripts.Folder).Count, 3, 14);
        var inspector = new LogInspector(disk, LogScripts.Folder, LogScripts.Options.Owner);
        var kinds = inspector.ReadSegments()
            .SelectMany(segment => inspector.ReadBatches(segment.Sequence))
            .SelectMany(batch => batch.Records)
            .Select(record => record.Kind)
            .ToList();
        Assert.Contains(RecordKind.Forwarded, kinds);
        var found = LogScripts.Describe(disk.Crash(new Prng(1)));
        Assert.Contains("Command:3/5", found, StringComparison.Ordinal);
    }

    /// <summary>Forwarded entries never bring back what was truncated, compacted or replaced after them.</summary>
    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public void Long_histories_with_forwarding_end_as_they_should(ulong seed)
    {
        var prng = new Prng(seed);
        var disk = LogScripts.Disk(seed);
        var model = new LogModel();
        using var log = LogScripts.Open(disk);
        for (var i = 0; i < 1500; i++)
        {
            var batch = LogScripts.Draw(prng, model);
            log.Append(batch);
            model.Take(batch);
            if (i % 50 == 0)
            {
                log.PrepareSpares();
                Assert.Equal(model.Describe(), LogScripts.Describe(disk.Clone()));
            }
        }

        Assert.Equal(model.Describe(), LogScripts.Describe(disk.Crash(prng)));
    }

    /// <summary>Reads respect the limit, give one entry at least, and nothing that is gone.</summary>
    [Fact]
    public void Reads_give_what_is_there()
    {
        using var log = LogScripts.Open(LogScripts.Disk());
        log.Append(LogScripts.Create(1));
        log.Append(LogBatch.Of(LogScripts.Entries(group: 1, term: 1, first: 1, count: 6, bytes: 100)));
        log.Append(LogBatch.Of(LogScripts.Entries(group: 1, term: 2, first: 4, count: 1, bytes: 100)));
        Assert.Equal(4, Read(log, _slow, new IndexRange(1, 9)).Count);
        Assert.Single(Read(log, _slow, new IndexRange(1, 9), bytesMax: 1));
        Assert.Equal(2, Read(log, _slow, new IndexRange(1, 9), bytesMax: 264).Count);
        Assert.Equal(2UL, Read(log, _slow, new IndexRange(4, 5))[0].Term);
        log.Append(Compaction(group: 1, new LogId(1, 2)));
        Assert.Empty(Read(log, _slow, new IndexRange(2, 5)));
        Assert.Equal(2, Read(log, _slow, new IndexRange(3, 9)).Count);
        Assert.Empty(Read(log, new GroupId(5), new IndexRange(1, 2)));
        log.Append(LogBatch.Of(new StoreRecord
        {
            Kind = StoreRecordKind.Tombstone,
            Group = _slow,
            Replica = new ReplicaId(1),
        }));
        Assert.Empty(Read(log, _slow, new IndexRange(3, 9)));
    }

    /// <summary>A record that a start would refuse never reaches the disk.</summary>
    [Fact]
    public void Impossible_batches_are_not_written()
    {
        AssertRefused(LogBatch.Of(LogScripts.Entries(group: 9, term: 1, first: 1, count: 1)));
        AssertRefused(LogBatch.Of(LogScripts.Entries(group: 1, term: 1, first: 4, count: 1)));
        AssertRefused(LogBatch.Of(new PersistTask(_slow, 1) { HardState = new HardState(0, new ReplicaId(2), 0) }));
        AssertRefused(LogBatch.Of(new PersistTask(_slow, 1) { HardState = new HardState(1, new ReplicaId(2), 0) }));
        AssertRefused(Compaction(group: 1, new LogId(1, 9)));
        AssertRefused(LogScripts.Create(group: 1, replica: 2));
    }

    /// <summary>F1: after the first failed write or sync nothing works any more, and nothing is tried again.</summary>
    [Theory]
    [InlineData(FileCallKind.Write)]
    [InlineData(FileCallKind.SyncData)]
    public void The_first_failure_is_the_last(FileCallKind kind)
    {
        var disk = LogScripts.Disk();
        using var log = LogScripts.Open(disk);
        log.Append(LogScripts.Create(1));
        disk.Lay(new FileFault { Kind = kind });
        var batch = LogBatch.Of(LogScripts.Entries(group: 1, term: 1, first: 1, count: 1));
        Assert.Throws<FileSystemException>(() => log.Append(batch));
        disk.ClearFaults();
        var calls = disk.CallCount;
        Assert.Throws<FileSystemException>(() => log.Append(batch));
        Assert.Throws<FileSystemException>(log.MarkIdle);
        Assert.Throws<FileSystemException>(() => log.PrepareSpares());
        Assert.Throws<FileSystemException>(() => Read(log, _slow, new IndexRange(1, 2)));
        Assert.Equal(calls, disk.CallCount);
    }

    /// <summary>
    /// After a failed sync the cache may show a batch that the disk never took. The start either does not see it or
    /// makes it durable: what was found once is found after the next power cut.
    /// </summary>
    [Fact]
    public void What_a_start_found_stays_found()
    {
        for (var seed = 0UL; seed < 40; seed++)
        {
            var disk = LogScripts.Disk(seed);
            using var log = LogScripts.Open(disk);
            log.Append(LogScripts.Create(1));
            disk.Lay(new FileFault { Kind = FileCallKind.SyncData });
            Assert.Throws<FileSystemException>(
                () => log.Append(LogBatch.Of(LogScripts.Entries(group: 1, term: 1, first: 1, count: 9, bytes: 900))));
            var next = disk.Kill();
            var found = LogScripts.Describe(next);
            Assert.Equal(found, LogScripts.Describe(next.Crash(new Prng(seed))));
        }
    }

    /// <summary>
    /// F4: no room for spares is said, and appending goes on while spares last; then room comes back.
    /// </summary>
    [Fact]
    public void A_full_disk_stops_nothing_while_spares_last()
    {
        var disk = LogScripts.Disk();
        using var log = LogScripts.Open(disk);
        log.Append(LogScripts.Create(1));
        disk.CapacityBytes = disk.UsedBytes;
        var last = 0UL;
        while (log.SegmentCount < 3)
        {
            log.Append(LogBatch.Of(LogScripts.Entries(group: 1, term: 1, last + 1, count: 1, bytes: 8000)));
            last++;
        }

        Assert.Equal(SpareStatus.NoSpace, log.PrepareSpares());
        Assert.DoesNotContain(disk.List(LogScripts.Folder), name => name.EndsWith(".tmp", StringComparison.Ordinal));
        log.Append(LogBatch.Of(LogScripts.Entries(group: 1, term: 1, last + 1, count: 1, bytes: 8000)));
        disk.CapacityBytes = long.MaxValue;
        while (log.PrepareSpares() == SpareStatus.Working)
        {
            // Steps are bounded.
        }

        Assert.Equal(2, disk.List(LogScripts.Folder).Count(name => name.EndsWith(".spare", StringComparison.Ordinal)));
    }

    /// <summary>The way of an append allocates nothing but the index of its entries.</summary>
    [Fact]
    public void An_append_allocates_only_its_index()
    {
        var options = LogScripts.Options with { SegmentBytes = 1 << 24 };
        using var log = SegmentedLog.Open(new SilentFileSystem(), LogScripts.Folder, options, out _);
        log.Append(LogScripts.Create(1));
        PersistTask[][] tasks = [.. Enumerable.Range(0, 600)
            .Select(i => new[] { LogScripts.Entries(group: 1, term: 1, (ulong)i + 1, count: 1) })];
        foreach (var task in tasks.Take(100))
        {
            log.Append(task, []);
        }

        // The index grows in steps, and now and then the runtime allocates something of its own on this thread (types
        // it meets late, methods it compiles again): neither is in the way of an append, nor in most of these chunks.
        var allocated = tasks.Skip(100).Chunk(20).Select(chunk =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            foreach (var task in chunk)
            {
                log.Append(task, []);
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }).Order().ToList();
        Assert.Equal(0, allocated[allocated.Count / 2]);
        Assert.InRange(allocated.Sum(), 0, 500 * 64);
    }

    private static void AssertRefused(LogBatch batch)
    {
        var disk = LogScripts.Disk();
        using var log = LogScripts.Open(disk);
        log.Append(LogScripts.Create(1));
        log.Append(LogBatch.Of(LogScripts.Entries(group: 1, term: 1, first: 1, count: 2)));
        var writes = disk.CountOf(FileCallKind.Write);
        Assert.Throws<InvariantViolationException>(() => log.Append(batch));
        Assert.Equal(writes, disk.CountOf(FileCallKind.Write));
    }

    private static LogBatch Compaction(ulong group, LogId to) => LogBatch.Of(new StoreRecord
    {
        Kind = StoreRecordKind.CompactionMark,
        Group = new GroupId(group),
        CompactedTo = to,
    });

    private static List<Entry> Read(SegmentedLog log, GroupId group, IndexRange range, long bytesMax = long.MaxValue)
    {
        var into = new List<Entry>();
        Assert.Equal(log.Read(group, range, bytesMax, into), into.Count);
        return into;
    }
}
