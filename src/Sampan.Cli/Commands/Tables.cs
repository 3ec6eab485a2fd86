using System.CommandLine;
using Spectre.Console;

namespace Sampan.Cli.Commands;

/// <summary>Tables on the command's output, whole also in files and pipes.</summary>
internal static class Tables
{
    private const int WidthMin = 160;

    /// <summary>A table with these columns.</summary>
    public static Table Create(IEnumerable<string> columns)
    {
        var table = new Table().Border(TableBorder.Rounded);
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(new Text(column)));
        }

        return table;
    }

    /// <summary>Adds a row; cells are plain text.</summary>
    public static void AddRow(Table table, IEnumerable<string> cells) =>
        table.AddRow([.. cells.Select(cell => new Text(cell))]);

    /// <summary>Writes it.</summary>
    public static void Write(InvocationConfiguration command, Table table)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(command.Output), Ansi = AnsiSupport.Detect, ColorSystem = ColorSystemSupport.NoColors,
        });

        // Rows stay whole: a terminal wraps what it cannot hold.
        console.Profile.Width = Math.Max(console.Profile.Width, WidthMin);
        console.Write(table);
    }
}
