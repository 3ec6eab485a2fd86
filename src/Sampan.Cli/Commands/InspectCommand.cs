using System.CommandLine;
using Sampan.Cli.Inspect;
using Sampan.Io;
using Sampan.MultiRaft.Abstractions;
using Sampan.Storage.Identity;
using Sampan.Storage.Log;
using Sampan.Storage.Snapshots;
using Spectre.Console;
using Command = System.CommandLine.Command;

namespace Sampan.Cli.Commands;

/// <summary><c>sampan inspect</c>: looks at the data of a store that does not run, and changes nothing.</summary>
internal static class InspectCommand
{
    private const int EntriesMax = 1_000_000;

    /// <summary>The command.</summary>
    public static Command Create() => new(
        "inspect",
        "Looks at the data directory of a store that does not run. Changes nothing in it. Exit code 1 if something\n"
        + "in it is damaged, or a running store has it.\n\n"
        + "Examples:\n  sampan inspect store /var/lib/sampan\n  sampan inspect log /var/lib/sampan --entries 20\n"
        + "  sampan inspect snapshot /var/lib/sampan")
    {
        CreateStore(), CreateLog(), CreateSnapshot(),
    };

    private static Command CreateStore() => Create(
        "store",
        "Whose data it is, its segments and snapshots, and what they take.\n\n"
        + "Example:\n  sampan inspect store sampan-dev/store1",
        (_, files, directory, console) => new StoreView(files, directory, console).Show());

    private static Command CreateLog()
    {
        var entries = new Option<int>("--entries")
        {
            Description = "Shows so many of each group's last entries too.",
            DefaultValueFactory = _ => 0,
        };
        entries.Validators.Add(result =>
        {
            if (result.GetValue(entries) is < 0 or > EntriesMax)
            {
                result.AddError($"--entries is {result.GetValue(entries)}; it must be from 0 to {EntriesMax}.");
            }
        });
        var command = Create(
            "log",
            "What the log holds of each group: indexes, terms, hard state, configuration, marks.\n\n"
            + "Example:\n  sampan inspect log sampan-dev/store1 --entries 20",
            (parsed, files, directory, console) =>
            {
                var inspector = new LogInspector(files, directory.LogPath, directory.Identity.Incarnation)
                {
                    MustExist = directory.IsComplete,
                };
                using var log = inspector.Open();
                new LogView(log, console).Show((ulong)parsed.GetValue(entries));
                return true;
            });
        command.Add(entries);
        return command;
    }

    private static Command CreateSnapshot() => Create(
        "snapshot",
        "The snapshots: position, files, sizes, and whether their CRCs hold.\n\n"
        + "Example:\n  sampan inspect snapshot sampan-dev/store1",
        (_, files, directory, console) =>
            SnapshotView.Show(new SnapshotInspector(files, directory.SnapshotPath).ReadAll(), console));

    private static Command Create(
        string name, string description, Func<ParseResult, IFileSystem, StoreDirectory, IAnsiConsole, bool> show)
    {
        var path = new Argument<string>("DIR") { Description = "The store's data directory." };
        var command = new Command(name, description) { path };
        command.SetAction(async (parsed, _) =>
        {
            var reason = Show(parsed, parsed.GetValue(path) ?? string.Empty, show);
            if (reason is { Length: > 0 })
            {
                await Running.FailAsync(parsed.InvocationConfiguration, reason).ConfigureAwait(false);
            }

            return reason is null ? 0 : 1;
        });
        return command;
    }

    // Null if all is well, what is wrong, or nothing where that was shown already.
    private static string? Show(
        ParseResult parsed, string path, Func<ParseResult, IFileSystem, StoreDirectory, IAnsiConsole, bool> show)
    {
        try
        {
            var files = new OsFileSystem();
            using var directory = StoreDirectory.OpenForReading(files, path);
            var isSound = show(parsed, files, directory, Printing.Console(parsed.InvocationConfiguration.Output));
            return isSound ? null : string.Empty;
        }
        catch (StoreRefusedException exception)
        {
            return $"{exception.Message}.";
        }
        catch (StorageDamagedException exception)
        {
            return $"{exception.Message}.";
        }
        catch (FileSystemException exception)
        {
            return $"{exception.Message}.";
        }
        catch (ArgumentException exception)
        {
            return $"DIR is '{path}': {exception.Message}";
        }
    }
}
