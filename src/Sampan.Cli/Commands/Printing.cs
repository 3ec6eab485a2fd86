using System.Globalization;
using Sampan.Model;
using Spectre.Console;

namespace Sampan.Cli.Commands;

/// <summary>Tables, and how figures are written in them.</summary>
internal static class Printing
{
    private const int RowWidthMin = 160;

    /// <summary>A console for people over a command's output; rows stay whole in files and pipes.</summary>
    public static IAnsiConsole Console(TextWriter output)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        console.Profile.Width = Math.Max(console.Profile.Width, RowWidthMin);
        return console;
    }

    /// <summary>A table of these columns without rows.</summary>
    public static Table Table(params ReadOnlySpan<string> columns)
    {
        var table = new Table().Border(TableBorder.Rounded);
        foreach (var column in columns)
        {
            table.AddColumn(column);
        }

        return table;
    }

    /// <summary>Adds a row of plain texts: nothing in them is markup.</summary>
    public static void AddTexts(this Table table, params ReadOnlySpan<string> cells)
    {
        var row = new List<Text>();
        foreach (var cell in cells)
        {
            row.Add(new Text(cell));
        }

        table.AddRow(row);
    }

    /// <summary>A size for people.</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        < 10_000 => $"{bytes} B",
        < 10_000_000 => $"{bytes / 1024} KiB",
        _ => $"{bytes / 1024 / 1024} MiB",
    };

    /// <summary>An id as etcd's tools write it.</summary>
    public static string Id(ulong id) => $"{id:x}";

    /// <summary>The ids of replicas.</summary>
    public static string Ids(ReadOnlySpan<ReplicaId> replicas)
    {
        var ids = new List<string>();
        foreach (var replica in replicas)
        {
            ids.Add(Id(replica.Value));
        }

        return string.Join(", ", ids);
    }

    /// <summary>The time of an entry.</summary>
    public static string Time(long ticks) => ticks <= 0 || ticks > DateTime.MaxValue.Ticks
        ? "none"
        : new DateTime(ticks, DateTimeKind.Utc).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
}
