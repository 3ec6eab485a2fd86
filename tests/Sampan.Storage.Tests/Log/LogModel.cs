using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Storage.Log;

namespace Sampan.Storage.Tests.Log;

/// <summary>
/// The log as anybody would write it: lists in memory. What a batch does to it is written down a second time here, on
/// purpose in another way than the log does it.
/// </summary>
internal sealed class LogModel
{
    /// <summary>The groups.</summary>
    public SortedDictionary<ulong, ModelGroup> Groups { get; } = [];

    /// <summary>Newest store-wide records by name.</summary>
    public SortedDictionary<string, string> Store { get; } = new(StringComparer.Ordinal);

    /// <summary>A copy that shares nothing mutable.</summary>
    public LogModel Clone()
    {
        var copy = new LogModel();
        foreach (var (id, group) in Groups)
        {
            copy.Groups.Add(id, group.Clone());
        }

        foreach (var (name, value) in Store)
        {
            copy.Store.Add(name, value);
        }

        return copy;
    }

    /// <summary>A batch was appended.</summary>
    public void Take(LogBatch batch)
    {
        foreach (var task in batch.Tasks)
        {
            Groups[task.Group.Value].Take(task);
        }

        foreach (var record in batch.Records)
        {
            Take(record);
        }
    }

    /// <summary>Everything it holds, as a text that two equal logs share.</summary>
    public string Describe() => string.Join('\n', Store.Select(pair => $"{pair.Key} {pair.Value}")
        .Concat(Groups.Where(pair => pair.Value.Replica > 0 || pair.Value.Tombstone > 0)
            .Select(pair => $"group {pair.Key} {pair.Value.Describe()}")));

    /// <summary>What a log that was opened holds, in the same words.</summary>
    public static string Describe(SegmentedLog log, RecoveredStore store)
    {
        var lines = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var record in store.Records)
        {
            lines[NameOf(record)] = ValueOf(record);
        }

        var groups = new List<string>();
        foreach (var found in store.Groups)
        {
            var entries = new List<Entry>();
            var range = new IndexRange(found.Base.Index + 1, found.LastIndex + 1);
            var count = log.Read(found.Group, range, long.MaxValue, entries);
            Assert.Equal((int)range.Count, count);
            var group = new ModelGroup
            {
                Replica = found.Replica.Value,
                Tombstone = found.Tombstone.Value,
                HardState = found.HardState,
                Base = found.Base,
                Bootstrap = found.Bootstrap?.ToString(),
                IsAdmitted = found.IsAdmitted,
            };
            group.Entries.AddRange(entries);
            group.Marks.AddRange(found.Snapshots.Select(mark => mark.Last.Index));
            groups.Add($"group {found.Group} {group.Describe()}");
            CheckDerived(found, entries);
        }

        return string.Join('\n', lines.Select(pair => $"{pair.Key} {pair.Value}").Concat(groups));
    }

    // Term runs, configurations and time follow from the entries: the core trusts them, so they are compared.
    private static void CheckDerived(RecoveredGroup found, List<Entry> entries)
    {
        var runs = new List<LogId>();
        foreach (var entry in entries)
        {
            if (runs.Count == 0 || runs[^1].Term != entry.Term)
            {
                runs.Add(entry.Id);
            }
        }

        Assert.Equal(runs, found.TermRuns);
        Assert.Equal(
            entries.Where(entry => entry.Kind == EntryKind.Configuration).Select(entry => entry.Index),
            found.Configurations.Select(configuration => configuration.Index));
        if (entries.Count > 0)
        {
            Assert.Equal(entries[^1].TimeTicks, found.TimeTicks);
        }
    }

    private void Take(StoreRecord record)
    {
        if (record.Group.Value == 0)
        {
            Store[NameOf(record)] = ValueOf(record);
            return;
        }

        if (!Groups.TryGetValue(record.Group.Value, out var group))
        {
            group = new ModelGroup();
            Groups.Add(record.Group.Value, group);
        }

        group.Take(record);
    }

    private static string NameOf(StoreRecord record) => $"{record.Kind} {record.Peer}";

    private static string ValueOf(StoreRecord record) =>
        $"{record.Incarnation} {record.ElectionTimeout.Ticks} {record.RecoveryGeneration}";
}
