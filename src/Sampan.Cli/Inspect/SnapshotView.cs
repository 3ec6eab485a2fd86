using System.Globalization;
using Sampan.Cli.Commands;
using Sampan.MultiRaft.Abstractions;
using Sampan.Storage.Snapshots;
using Spectre.Console;

namespace Sampan.Cli.Inspect;

/// <summary>A table of a store's snapshots and their files.</summary>
internal static class SnapshotView
{
    /// <summary>
    /// Shows them; false if one that counts is not what was written, or if a group has none of those that its log
    /// marks.
    /// </summary>
    public static bool Show(
        IReadOnlyList<SnapshotReport> snapshots, IReadOnlyList<RecoveredGroup> groups, IAnsiConsole console)
    {
        if (snapshots.Count == 0)
        {
            console.WriteLine("There are no snapshots.");
        }
        else
        {
            ShowTable(snapshots, console);
        }

        var without = groups.Where(group => group.Snapshots.Count > 0
            && !group.Snapshots.Any(mark => snapshots.Any(snapshot => IsSound(snapshot)
                && snapshot.Group == group.Group && snapshot.Meta?.Last == mark.Last))).ToArray();
        foreach (var group in without)
        {
            var marks = string.Join(", ", group.Snapshots.Select(
                mark => mark.Last.Index.ToString(CultureInfo.InvariantCulture)));
            console.WriteLine(
                $"MISSING: the log marks snapshots of group {group.Group} at index {marks}; none is sound.");
        }

        return without.Length == 0 && snapshots.All(snapshot => !snapshot.IsComplete || IsSound(snapshot));
    }

    private static bool IsSound(SnapshotReport snapshot) => snapshot.IsComplete && snapshot.Complaint.Length == 0;

    private static void ShowTable(IReadOnlyList<SnapshotReport> snapshots, IAnsiConsole console)
    {
        var table = Printing.Table("group", "directory", "last index", "term", "files", "size", "check");
        foreach (var snapshot in snapshots)
        {
            var files = snapshot.Files.Select(file => $"{file.Name} {Printing.Bytes(file.LengthBytes)}");
            table.AddTexts(
                snapshot.Group.ToString(),
                Path.GetFileName(snapshot.Path),
                snapshot.Meta?.Last.Index.ToString(CultureInfo.InvariantCulture) ?? "?",
                snapshot.Meta?.Last.Term.ToString(CultureInfo.InvariantCulture) ?? "?",
                string.Join(", ", files),
                Printing.Bytes(snapshot.LengthBytes),
                Verdict(snapshot));
        }

        console.Write(table);
    }

    private static string Verdict(SnapshotReport snapshot)
    {
        var check = snapshot.Complaint.Length == 0 ? "all CRCs hold" : $"BAD: {snapshot.Complaint}";
        return snapshot.IsComplete ? check : $"does not count (unfinished or set aside); {check}";
    }
}
