using Sampan.Model;
using Sampan.Storage.Log;

namespace Sampan.Cli.Inspection;

/// <summary>What a whole log holds, added up from its records.</summary>
internal sealed class LogSummary
{
    private readonly SortedDictionary<GroupId, GroupSummary> _groups = [];

    private LogSummary()
    {
    }

    /// <summary>Its segments.</summary>
    public List<SegmentSummary> Segments { get; } = [];

    /// <summary>Its groups, by id.</summary>
    public IEnumerable<GroupSummary> Groups => _groups.Values;

    /// <summary>What cannot be believed, a sentence each.</summary>
    public List<string> Problems { get; } = [];

    /// <summary>Reads a log from its first segment to its last.</summary>
    public static LogSummary Of(LogInspector log)
    {
        var summary = new LogSummary();
        foreach (var segment in log.ReadSegments())
        {
            summary.Add(segment, segment.IsOpened ? log.ReadBatches(segment.Sequence) : []);
        }

        return summary;
    }

    private void Add(SegmentReport segment, IReadOnlyList<BatchReport> reports)
    {
        var batches = reports.Where(report => report.Kind != HeaderKind.Synced).ToArray();
        Segments.Add(new SegmentSummary
        {
            Segment = segment,
            Batches = batches.Length,
            LastBatch = batches.Length > 0 ? batches[^1].Sequence : 0,
            Entries = batches.Sum(batch => batch.Records.Count(IsEntry)),
            BytesUsed = batches.Sum(batch => (long)batch.LengthBytes),
        });
        if (!segment.IsOpened)
        {
            Problems.Add($"{segment.Path} has no sound header: it was never opened, or is damaged.");
        }

        foreach (var batch in batches)
        {
            if (!batch.IsSound)
            {
                Problems.Add(
                    $"{segment.Path}, offset {batch.OffsetBytes}: batch {batch.Sequence} is not what was written. At the "
                    + "end of the log that is a torn tail, which a start cuts off; elsewhere it is damage, and a start "
                    + "refuses it.");
            }

            foreach (var record in batch.Records)
            {
                Add(record);
            }
        }
    }

    private void Add(in RecordReport record)
    {
        if (record.Group.Value == 0)
        {
            return;
        }

        if (!_groups.TryGetValue(record.Group, out var group))
        {
            group = new GroupSummary { Group = record.Group };
            _groups.Add(record.Group, group);
        }

        group.Add(record);
    }

    private static bool IsEntry(RecordReport record) => record.Kind is RecordKind.Entry or RecordKind.Forwarded;
}
