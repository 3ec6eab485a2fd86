using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Storage.Log;
using Sampan.Testing.Files;

namespace Sampan.Storage.Tests.Log;

/// <summary>
/// Purpose: a full disk (F4, I-29). The log says so while it still has a spare, refuses without harm when it has none,
/// and goes on by itself when there is room.
/// </summary>
public sealed class FullDiskTests
{
    [Fact]
    public void A_log_says_that_it_is_short_of_room_while_a_spare_is_left()
    {
        var disk = LogScripts.Disk();
        using var log = LogScripts.Open(disk);
        log.Append(LogScripts.Create(1));
        disk.CapacityBytes = disk.UsedBytes;
        Assert.Equal(SpareStatus.Ready, log.PrepareSpares());
        Assert.False(log.MustSpareRoom);
        var last = FillSegment(log, 0);
        Assert.Equal(SpareStatus.NoSpace, log.PrepareSpares());
        Assert.True(log.MustSpareRoom);

        // Votes have this segment and the spare: dozens of batches, and more where old segments go.
        for (var term = 2UL; term < 20; term++)
        {
            log.Append(LogBatch.Of(Vote(term)));
        }

        disk.CapacityBytes = long.MaxValue;
        Prepare(log);
        Assert.False(log.MustSpareRoom);
        log.Append(LogBatch.Of(LogScripts.Entries(group: 1, term: 20, last + 1, count: 1, bytes: 8000)));
    }

    /// <summary>What was refused left no trace: the same append is taken as soon as there is a spare again.</summary>
    [Fact]
    public void An_append_without_room_harms_nothing_and_may_be_made_again()
    {
        var disk = LogScripts.Disk();
        var log = LogScripts.Open(disk);
        var model = new LogModel();
        Take(log, model, LogScripts.Create(1));
        disk.CapacityBytes = disk.UsedBytes;
        var refused = AppendUntilRefused(log, model);
        Assert.Throws<StorageFullException>(() => log.Append(refused));
        Assert.True(log.MustSpareRoom);
        Assert.DoesNotContain(disk.List(LogScripts.Folder), name => name.EndsWith(".tmp", StringComparison.Ordinal));
        Assert.Equal(model.Describe(), LogScripts.Describe(disk.Clone().Kill()));
        // Room alone is not enough: the writer leaves it to whoever prepares, so that they do not take it in turns.
        disk.CapacityBytes = long.MaxValue;
        Assert.Throws<StorageFullException>(() => log.Append(refused));
        Prepare(log);
        Take(log, model, refused);
        log.Dispose();
        Assert.Equal(model.Describe(), LogScripts.Describe(disk.Kill()));
    }

    /// <summary>What is compacted away frees segments, and they are spares without any room on the disk.</summary>
    [Fact]
    public void On_a_full_disk_recycled_segments_end_the_shortage()
    {
        var disk = LogScripts.Disk();
        using var log = LogScripts.Open(disk);
        log.Append(LogScripts.Create(1));
        var last = 0UL;
        while (log.SegmentCount < 4)
        {
            last = FillSegment(log, last);
            Prepare(log);
        }

        disk.CapacityBytes = disk.UsedBytes;
        FillSegment(log, last);
        Assert.Equal(SpareStatus.NoSpace, log.PrepareSpares());
        log.Append(LogBatch.Of(new StoreRecord
        {
            Kind = StoreRecordKind.CompactionMark,
            Group = new GroupId(1),
            CompactedTo = new LogId(1, last),
        }));
        Prepare(log);
        Assert.False(log.MustSpareRoom);
    }

    /// <summary>
    /// A disk that is full again and again, at any moment: whatever was appended is there, in this life and in the
    /// next.
    /// </summary>
    [Fact]
    public void A_disk_that_is_full_now_and_then_loses_nothing()
    {
        for (var seed = 1UL; seed <= 60; seed++)
        {
            var prng = new Base.Prng(seed);
            var disk = LogScripts.Disk(seed);
            var model = new LogModel();
            var log = LogScripts.Open(disk);
            for (var i = 0; i < 150; i++)
            {
                if (prng.Chance(1, 12))
                {
                    disk.CapacityBytes = prng.Chance(1, 2) ? long.MaxValue : disk.UsedBytes + prng.NextBelow(1 << 17);
                }

                if (prng.Chance(1, 3))
                {
                    log.PrepareSpares();
                }

                var batch = LogScripts.Draw(prng, model);
                if (TryAppend(log, batch))
                {
                    model.Take(batch);
                }
            }

            log.Dispose();
            disk.CapacityBytes = long.MaxValue;
            Assert.Equal(model.Describe(), LogScripts.Describe(prng.Chance(1, 2) ? disk.Kill() : disk.Crash(prng)));
        }
    }

    private static bool TryAppend(SegmentedLog log, LogBatch batch)
    {
        try
        {
            log.Append(batch);
            return true;
        }
        catch (StorageFullException)
        {
            return false;
        }
    }

    private static LogBatch AppendUntilRefused(SegmentedLog log, LogModel model)
    {
        for (var index = 1UL; ; index++)
        {
            var batch = LogBatch.Of(LogScripts.Entries(group: 1, term: 1, index, count: 1, bytes: 8000));
            if (!TryAppend(log, batch))
            {
                return batch;
            }

            model.Take(batch);
        }
    }

    private static void Take(SegmentedLog log, LogModel model, LogBatch batch)
    {
        log.Append(batch);
        model.Take(batch);
    }

    private static ulong FillSegment(SegmentedLog log, ulong last)
    {
        for (var count = log.SegmentCount; log.SegmentCount == count;)
        {
            last++;
            log.Append(LogBatch.Of(LogScripts.Entries(group: 1, term: 1, last, count: 1, bytes: 8000)));
        }

        return last;
    }

    private static PersistTask Vote(ulong term) =>
        new(new GroupId(1), 1) { HardState = new HardState(term, new ReplicaId(2), 0) };

    private static void Prepare(SegmentedLog log)
    {
        while (log.PrepareSpares() == SpareStatus.Working)
        {
            // Steps are bounded.
        }
    }
}
