using System.Globalization;
using Sampan.Cli.Commands;
using Sampan.Storage.Snapshots;
using Spectre.Console;

namespace Sampan.Cli.Inspect;

/// <summary>A table of a store's snapshots and their files.</summary>
internal static class SnapshotView
{
    /// <summary>Shows them; false if one that counts is not what was written.</summary>
    public static bool Show(IReadOnlyList<SnapshotReport> snapshots, IAnsiConsole console)
    {
        if (snapshots.Count == 0)
        {
            console.WriteLine("There are no snapshots.");
            return true;
        }

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
        return snapshots.All(snapshot => !snapshot.IsComplete || snapshot.Complaint.Length == 0);
    }

    private static string Verdict(SnapshotReport snapshot)
    {
        var check = snapshot.Complaint.Length == 0 ? "all CRCs hold" : $"BAD: {snapshot.Complaint}";
        return snapshot.IsComplete ? check : $"does not count (unfinished or set aside); {check}";
    }
}
