using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Storage.Log;
using Sampan.Testing.Files;

namespace Sampan.Storage.Tests.Log;

/// <summary>Purpose: an inspection finds what a start would find, and leaves every byte as it is.</summary>
public sealed class LogInspectorTests
{
    [Fact]
    public void It_finds_what_a_start_finds_and_the_entries()
    {
        var disk = LogScripts.Disk();
        var prng = new Prng(5);
        var model = new LogModel();
        using (var log = LogScripts.Open(disk))
        {
            for (var i = 0; i < 150; i++)
            {
                var batch = LogScripts.Draw(prng, model);
                log.Append(batch);
                model.Take(batch);
            }
        }

        var watched = Watched(disk);
        using var contents = Inspector(watched).Open();
        using var started = SegmentedLog.Open(disk.Clone(), LogScripts.Folder, LogScripts.Options, out var store);
        Assert.Equal(store.Groups.Select(Text), contents.Groups.Select(Text));
        Assert.Equal(store.Records, contents.Records);
        Assert.NotEmpty(contents.Groups);
        Assert.True(contents.LastBatch > 0);
        foreach (var group in contents.Groups)
        {
            var all = new IndexRange(0, ulong.MaxValue);
            var expected = new List<Entry>();
            var live = new IndexRange(group.Base.Index + 1, group.LastIndex + 1);
            started.Read(group.Group, live, long.MaxValue, expected);
            Assert.Equal(expected.Select(Text), contents.ReadEntries(group.Group, all).Select(Text));
        }

        Assert.Empty(contents.ReadEntries(new GroupId(99), new IndexRange(1, 9)));
    }

    /// <summary>The tail is told of; the next start, not the inspection, cuts it.</summary>
    [Fact]
    public void A_torn_tail_is_told_and_left()
    {
        var disk = LogScripts.Disk();
        using (var log = LogScripts.Open(disk))
        {
            log.Append(LogScripts.Create(1));
            log.Append(LogBatch.Of(LogScripts.Entries(group: 1, term: 1, first: 1, count: 3)));
        }

        disk.Damage($"{LogScripts.Folder}/0000000000000001.log", sector: 24, SectorDamage.FlippedBit, new Prng(1));
        var before = disk.Peek($"{LogScripts.Folder}/0000000000000001.log");
        for (var i = 0; i < 2; i++)
        {
            using var contents = Inspector(Watched(disk)).Open();
            Assert.Contains("torn batch", Assert.Single(contents.Remarks), StringComparison.Ordinal);
            Assert.Equal(0UL, Assert.Single(contents.Groups).LastIndex);
        }

        Assert.Equal(before, disk.Peek($"{LogScripts.Folder}/0000000000000001.log"));
    }

    [Fact]
    public void Damage_is_refused_as_by_a_start()
    {
        var disk = LogScripts.Disk();
        using (var log = LogScripts.Open(disk))
        {
            log.Append(LogScripts.Create(1));
            log.Append(LogBatch.Of(LogScripts.Entries(group: 1, term: 1, first: 1, count: 3)));
            log.Append(LogBatch.Of(LogScripts.Entries(group: 1, term: 1, first: 4, count: 3)));
        }

        disk.Damage($"{LogScripts.Folder}/0000000000000001.log", sector: 24, SectorDamage.FlippedBit, new Prng(1));
        var damage = Assert.Throws<StorageDamagedException>(Inspector(Watched(disk)).Open);
        Assert.Contains("0000000000000001.log", damage.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_there_is_no_log_there_is_nothing()
    {
        var disk = Watched(LogScripts.Disk());
        using var contents = Inspector(disk).Open();
        Assert.Empty(contents.Groups);
        Assert.Empty(Inspector(disk).ReadSegments());
        Assert.False(disk.DirectoryExists(LogScripts.Folder));
    }

    /// <summary>As a start would: of a store that has run, a log that is gone is damage.</summary>
    [Fact]
    public void A_log_that_must_be_there_is_missed()
    {
        var inspector = new LogInspector(Watched(LogScripts.Disk()), LogScripts.Folder, LogScripts.Options.Owner)
        {
            MustExist = true,
        };
        var damage = Assert.Throws<StorageDamagedException>(inspector.Open);
        Assert.Contains("its log is gone", damage.Message, StringComparison.Ordinal);
    }

    private static LogInspector Inspector(SimulatedFileSystem disk) =>
        new(disk, LogScripts.Folder, LogScripts.Options.Owner);

    // A copy on which whatever changes something is a failed test.
    private static SimulatedFileSystem Watched(SimulatedFileSystem disk)
    {
        var watched = disk.Clone();
        watched.Calling = call => Assert.True(
            call.Kind is FileCallKind.Open or FileCallKind.Read or FileCallKind.List or FileCallKind.Exists,
            $"{call.Kind} {call.Path}");
        return watched;
    }

    private static string Text(Entry entry) => $"{entry} {entry.TimeTicks} {Convert.ToHexString(entry.Payload.Span)}";

    private static string Text(RecoveredGroup group) =>
        $"{group.Group} {group.Replica} {group.Tombstone} {group.HardState} {group.Base} {group.LastIndex} "
        + $"{string.Join(' ', group.TermRuns)} {string.Join(' ', group.Configurations)} "
        + $"{string.Join(' ', group.Snapshots)}";
}
