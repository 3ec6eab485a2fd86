using System.CommandLine;
using System.Globalization;
using Sampan.Cli.Inspection;
using Sampan.Io;
using Sampan.Storage.Identity;
using Sampan.Storage.Log;
using Sampan.Storage.Snapshots;

namespace Sampan.Cli.Commands;

/// <summary><c>sampan inspect</c>: what is in the data directory of a store that does not run.</summary>
internal static class InspectCommand
{
    private const int RecordsShown = 100;

    /// <summary>The command.</summary>
    public static Command Create() => new(
        "inspect",
        """
        Looks into the data directory of a stopped store; changes nothing. Exit code 1 if something is damaged.

        Examples:
          sampan inspect store sampan-dev/store1
          sampan inspect log sampan-dev/store1 --records --last 20
          sampan inspect snapshot sampan-dev/store1
        """)
    {
        CreateStore(),
        CreateLog(),
        CreateSnapshot(),
    };

    private static Command CreateStore()
    {
        var path = PathArgument();
        var command = new Command("store", "Whose directory it is, and what its log says of its groups.") { path };
        command.SetAction((parsed, _) => RunAsync(parsed, path, ShowStore));
        return command;
    }

    private static Command CreateLog()
    {
        var path = PathArgument();
        var segment = new Option<ulong?>("--segment")
        {
            Description = "Only this segment, by its sequence.", HelpName = "number",
        };
        var records = new Option<bool>("--records") { Description = "Lists the records." };
        var last = new Option<int>("--last")
        {
            Description = "With --records: only so many, the last ones; 0: all.",
            HelpName = "count",
            DefaultValueFactory = _ => RecordsShown,
        };
        var command = new Command("log", "The segments of the log, its batches and records, and what is damaged.")
        {
            path, segment, records, last,
        };
        command.SetAction((parsed, _) => RunAsync(
            parsed,
            path,
            (store, console) =>
            {
                var lastCount = parsed.GetValue(last);
                if (lastCount < 0)
                {
                    throw new StoreRefusedException($"--last is {lastCount}; it must be 0 or more.");
                }

                return parsed.GetValue(records)
                    ? ShowRecords(store, console, parsed.GetValue(segment), lastCount == 0 ? int.MaxValue : lastCount)
                    : ShowSegments(store, console, parsed.GetValue(segment));
            }));
        return command;
    }

    private static Command CreateSnapshot()
    {
        var path = PathArgument();
        var command = new Command("snapshot", "The snapshots: position, files, and whether every byte is sound.")
        {
            path,
        };
        command.SetAction((parsed, _) => RunAsync(parsed, path, ShowSnapshots));
        return command;
    }

    private static Argument<string> PathArgument() => new("data-dir")
    {
        Description = "The data directory of one store (with store.json in it).",
    };

    private static async Task<int> RunAsync(
        ParseResult parsed, Argument<string> path, Func<InspectedStore, InvocationConfiguration, List<string>> show)
    {
        var console = parsed.InvocationConfiguration;
        List<string> problems;
        try
        {
            problems = show(InspectedStore.Open(new OsFileSystem(), parsed.GetRequiredValue(path)), console);
        }
        catch (StoreRefusedException exception)
        {
            return await Running.FailAsync(console, exception.Message).ConfigureAwait(false);
        }
        catch (FileSystemException exception)
        {
            return await Running.FailAsync(console, exception.Message).ConfigureAwait(false);
        }

        foreach (var problem in problems)
        {
            await Running.FailAsync(console, problem).ConfigureAwait(false);
        }

        return problems.Count == 0 ? 0 : Running.Failed;
    }

    private static List<string> ShowStore(InspectedStore store, InvocationConfiguration console)
    {
        var log = LogSummary.Of(store.Log);
        var snapshots = store.Snapshots.ReadAll();
        var table = Tables.Create(["store", string.Empty]);
        Tables.AddRow(table, ["directory", store.Path]);
        Tables.AddRow(table, ["cluster", $"{store.Identity.ClusterId:x16}"]);
        Tables.AddRow(table, ["store", $"{store.Identity.Store.Value:x16}"]);
        Tables.AddRow(table, ["incarnation", $"{store.Identity.Incarnation}"]);
        Tables.AddRow(table, ["log segments", Text(log.Segments.Count)]);
        Tables.AddRow(table, ["log bytes in use", Text(log.Segments.Sum(segment => segment.BytesUsed))]);
        Tables.AddRow(table, ["sound snapshots", Text(snapshots.Count(found => found.Standing == SnapshotStanding.Sound))]);
        Tables.Write(console, table);

        var groups = Tables.Create(["group", "last entry", "hard state", "newest snapshot mark", "compaction mark"]);
        foreach (var group in log.Groups)
        {
            Tables.AddRow(
                groups, [$"{group.Group}", $"{group.Last}", group.HardState, group.Snapshot, group.Compaction]);
        }

        Tables.Write(console, groups);
        return [.. log.Problems, .. ProblemsOf(snapshots)];
    }

    private static List<string> ShowSegments(InspectedStore store, InvocationConfiguration console, ulong? only)
    {
        var log = LogSummary.Of(store.Log);
        var table = Tables.Create(
            ["segment", "file", "bytes", "in use", "batches", "first batch", "last batch", "entries"]);
        foreach (var summary in log.Segments.Where(found => only is null || found.Segment.Sequence == only))
        {
            var segment = summary.Segment;
            Tables.AddRow(table, [
                Text(segment.Sequence), Path.GetFileName(segment.Path), Text(segment.LengthBytes),
                Text(summary.BytesUsed), Text(summary.Batches), Text(segment.FirstBatch), Text(summary.LastBatch),
                Text(summary.Entries),
            ]);
        }

        Tables.Write(console, table);
        return log.Problems;
    }

    private static List<string> ShowRecords(
        InspectedStore store, InvocationConfiguration console, ulong? only, int recordsMax)
    {
        var rows = new Queue<string[]>();
        foreach (var segment in store.Log.ReadSegments().Where(found => only is null || found.Sequence == only))
        {
            foreach (var batch in store.Log.ReadBatches(segment.Sequence))
            {
                foreach (var row in RowsOf(segment, batch))
                {
                    rows.Enqueue(row);
                    if (rows.Count > recordsMax)
                    {
                        rows.Dequeue();
                    }
                }
            }
        }

        var table = Tables.Create(
            ["segment", "batch", "offset", "record", "group", "term:index", "bytes", "what it says"]);
        foreach (var row in rows)
        {
            Tables.AddRow(table, row);
        }

        Tables.Write(console, table);
        return LogSummary.Of(store.Log).Problems;
    }

    private static IEnumerable<string[]> RowsOf(SegmentReport segment, BatchReport batch)
    {
        var (sequence, number) = (Text(segment.Sequence), Text(batch.Sequence));
        if (batch.Records.Count == 0)
        {
            yield return
            [
                sequence, number, Text(batch.OffsetBytes), $"{batch.Kind}", string.Empty, string.Empty,
                Text(batch.LengthBytes), batch.IsSound ? string.Empty : "not what was written",
            ];
        }

        foreach (var record in batch.Records)
        {
            var position = record.Position.Index > 0 ? $"{record.Position}" : string.Empty;
            yield return
            [
                sequence, number, Text(record.OffsetBytes), $"{record.Kind}",
                record.Group.Value > 0 ? $"{record.Group}" : string.Empty, position, Text(record.LengthBytes),
                record.Text,
            ];
        }
    }

    private static List<string> ShowSnapshots(InspectedStore store, InvocationConfiguration console)
    {
        var snapshots = store.Snapshots.ReadAll();
        var table = Tables.Create(["group", "directory", "standing", "last entry", "files", "bytes", "state hash"]);
        foreach (var snapshot in snapshots)
        {
            Tables.AddRow(table, [
                $"{snapshot.Group}", Path.GetFileName(snapshot.Path), $"{snapshot.Standing}", $"{snapshot.Meta?.Last}",
                string.Join(", ", snapshot.Files.Select(file => file.Name)),
                Text(snapshot.Files.Sum(file => file.LengthBytes)), $"{snapshot.StateHash:x16}",
            ]);
        }

        Tables.Write(console, table);
        return ProblemsOf(snapshots);
    }

    private static List<string> ProblemsOf(IReadOnlyList<SnapshotReport> snapshots) =>
    [
        .. snapshots
            .Where(snapshot => snapshot.Standing == SnapshotStanding.Damaged)
            .Select(snapshot => $"{snapshot.Path} is damaged: {snapshot.Problem}."),
    ];

    private static string Text(IFormattable number) => number.ToString(format: null, CultureInfo.InvariantCulture);
}
