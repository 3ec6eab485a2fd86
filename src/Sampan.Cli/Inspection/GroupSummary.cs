using Sampan.Model;
using Sampan.Storage.Log;

namespace Sampan.Cli.Inspection;

/// <summary>What a log says of a group, the newest of each kind of record.</summary>
internal sealed class GroupSummary
{
    /// <summary>The group.</summary>
    public required GroupId Group { get; init; }

    /// <summary>Entries seen, superseded ones included.</summary>
    public int Entries { get; private set; }

    /// <summary>The entry written last, which is the last of the group's log; zero: none was seen.</summary>
    public LogId Last { get; private set; }

    /// <summary>Term, vote and commit, in words.</summary>
    public string HardState { get; private set; } = string.Empty;

    /// <summary>The newest mark of a snapshot, in words.</summary>
    public string Snapshot { get; private set; } = string.Empty;

    /// <summary>The newest mark of a compaction, in words.</summary>
    public string Compaction { get; private set; } = string.Empty;

    /// <summary>The next record in the order of the log.</summary>
    public void Add(in RecordReport record)
    {
        switch (record.Kind)
        {
            case RecordKind.Entry:
                Entries++;
                Last = record.Position;
                break;
            case RecordKind.Forwarded:
                Entries++;
                Last = record.Position.Index > Last.Index ? record.Position : Last;
                break;
            case RecordKind.HardState:
                HardState = record.Text;
                break;
            case RecordKind.SnapshotMark or RecordKind.Install:
                Snapshot = record.Text;
                break;
            case RecordKind.CompactionMark:
                Compaction = record.Text;
                break;
        }
    }
}
