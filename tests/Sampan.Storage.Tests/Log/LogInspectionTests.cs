using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Storage.Log;
using Sampan.Storage.Tests.Fixture;
using Sampan.Testing.Files;

namespace Sampan.Storage.Tests.Log;

/// <summary>Purpose: whoever inspects a log sees what a start would find, and leaves no trace.</summary>
public sealed class LogInspectionTests
{
    private static readonly GroupId _group = new(2);

    private readonly SimulatedFileSystem _disk = LogScripts.Disk();
    private readonly List<string> _changes = [];

    [Fact]
    public void A_log_shows_its_groups_records_and_entries()
    {
        Write(entries: 50);
        using var log = Open();
        var group = Assert.Single(log.Groups);
        Assert.Equal((_group, 50UL, 3UL), (group.Group, group.LastIndex, group.HardState.Term));
        Assert.Equal(Enumerable.Range(1, 50).Select(index => (ulong)index), Indexes(log, 1, 51));
        Assert.Equal([49UL, 50UL], Indexes(log, 49, 100));
        Assert.Empty(Indexes(log, 51, 100));
        Assert.Empty(log.ReadEntries(new GroupId(9), new IndexRange(1, 2)));
        Assert.Empty(log.Remarks);
        Assert.Empty(_changes);
    }

    [Fact]
    public void Compacted_entries_are_not_shown()
    {
        using (var log = LogScripts.Open(_disk))
        {
            log.Append(LogScripts.Create(_group.Value));
            log.Append(LogBatch.Of(LogScripts.Entries(_group.Value, term: 3, first: 1, count: 10)));
            log.Append(LogBatch.Of(new StoreRecord
            {
                Kind = StoreRecordKind.CompactionMark,
                Group = _group,
                CompactedTo = new LogId(3, 4),
            }));
        }

        using var inspected = Open();
        Assert.Equal([5UL, 6UL], Indexes(inspected, 0, 7));
    }

    [Fact]
    public void A_torn_tail_is_told_of_and_left()
    {
        Write(entries: 5);
        var path = LogScripts.Folder + "/" + FileNames.Segment(1);
        var inspector = new LogInspector(_disk, LogScripts.Folder, LogScripts.Options.Owner);
        var last = inspector.ReadBatches(1).Last(batch => batch.Kind == HeaderKind.Batch);
        Disks.Flip(_disk, path, ((last.OffsetBytes + 200) * 8) + 1);
        Watch();
        using var log = inspector.Open();
        Assert.Contains("torn", Assert.Single(log.Remarks), StringComparison.Ordinal);
        Assert.Empty(_changes);
    }

    [Fact]
    public void Damage_is_refused_as_by_a_start()
    {
        Write(entries: 5);
        Write(entries: 5, first: 6);
        var path = LogScripts.Folder + "/" + FileNames.Segment(1);
        var inspector = new LogInspector(_disk, LogScripts.Folder, LogScripts.Options.Owner);
        var early = inspector.ReadBatches(1).First(batch => batch.Kind == HeaderKind.Batch);
        Disks.Flip(_disk, path, ((early.OffsetBytes + 200) * 8) + 1);
        Watch();
        var damage = Assert.Throws<StorageDamagedException>(inspector.Open);
        Assert.Contains(path, damage.Message, StringComparison.Ordinal);
        Assert.Empty(_changes);
    }

    [Fact]
    public void Where_there_is_no_log_there_is_nothing()
    {
        using var log = Open();
        Assert.Empty(log.Groups);
        Assert.Empty(log.Records);
        Assert.Equal(0UL, log.LastBatch);
    }

    private static IEnumerable<ulong> Indexes(LogContents log, ulong first, ulong end) =>
        log.ReadEntries(_group, new IndexRange(first, end)).Select(entry => entry.Index);

    private void Write(int entries, ulong first = 1)
    {
        using var log = LogScripts.Open(_disk);
        if (first == 1)
        {
            log.Append(LogScripts.Create(_group.Value));
        }

        log.Append(LogBatch.Of(LogScripts.Entries(_group.Value, term: 3, first, entries)));
    }

    private LogContents Open()
    {
        Watch();
        return new LogInspector(_disk, LogScripts.Folder, LogScripts.Options.Owner).Open();
    }

    private void Watch() => _disk.Calling = call =>
    {
        if (call.Kind is not (FileCallKind.Read or FileCallKind.Open or FileCallKind.Exists or FileCallKind.List))
        {
            _changes.Add($"{call.Kind} {call.Path}");
        }
    };
}
