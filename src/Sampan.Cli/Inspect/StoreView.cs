using System.Globalization;
using Sampan.Cli.Commands;
using Sampan.Io;
using Sampan.MultiRaft.Abstractions;
using Sampan.Storage.Identity;
using Sampan.Storage.Log;
using Sampan.Storage.Snapshots;
using Spectre.Console;

namespace Sampan.Cli.Inspect;

/// <summary>Whose data a directory holds, its segments and snapshots, and what they take.</summary>
internal sealed class StoreView
{
    private readonly IFileSystem _files;
    private readonly StoreDirectory _directory;
    private readonly IAnsiConsole _console;

    /// <summary>A view of this directory.</summary>
    public StoreView(IFileSystem files, StoreDirectory directory, IAnsiConsole console)
    {
        _files = files;
        _directory = directory;
        _console = console;
    }

    /// <summary>Shows it; false if something is not what was written.</summary>
    public bool Show()
    {
        var identity = _directory.Identity;
        var inspector = new LogInspector(_files, _directory.LogPath, identity.Incarnation)
        {
            MustExist = _directory.IsComplete,
        };
        var segments = inspector.ReadSegments();
        var snapshots = new SnapshotInspector(_files, _directory.SnapshotPath).ReadAll();
        var table = Printing.Table("store", string.Empty);
        table.AddTexts("directory", _directory.Path);
        table.AddTexts("store", $"{Printing.Id(identity.Store.Value)} ({identity.Store})");
        table.AddTexts("cluster", Printing.Id(identity.ClusterId));
        table.AddTexts("incarnation", identity.Incarnation.ToString());
        table.AddTexts("format", StoreDirectory.Format.ToString(CultureInfo.InvariantCulture));
        table.AddTexts("first start", _directory.IsComplete ? "complete" : "cut, to be begun again");
        var logBytes = segments.Sum(segment => segment.LengthBytes);
        table.AddTexts("segments", $"{segments.Count} ({Printing.Bytes(logBytes)})");
        table.AddTexts("spare segments", Spares());
        table.AddTexts("snapshots", $"{snapshots.Count} ({Printing.Bytes(snapshots.Sum(found => found.LengthBytes))})");
        _console.Write(table);
        ShowSegments(segments);
        try
        {
            using var log = inspector.Open();
            return SnapshotView.Show(snapshots, log.Groups, _console);
        }
        catch (StorageDamagedException damage)
        {
            _console.WriteLine($"The log is DAMAGED: {damage.Message}.");
            SnapshotView.Show(snapshots, [], _console);
            return false;
        }
    }

    private void ShowSegments(IReadOnlyList<SegmentReport> segments)
    {
        if (segments.Count == 0)
        {
            _console.WriteLine("There is no log.");
            return;
        }

        var table = Printing.Table("segment", "file", "size", "first batch");
        foreach (var segment in segments)
        {
            table.AddTexts(
                segment.Sequence.ToString(CultureInfo.InvariantCulture),
                Path.GetFileName(segment.Path),
                Printing.Bytes(segment.LengthBytes),
                segment.IsOpened
                    ? segment.FirstBatch.ToString(CultureInfo.InvariantCulture)
                    : "never opened, or its header is damaged");
        }

        _console.Write(table);
    }

    private string Spares()
    {
        var (count, bytes) = (0, 0L);
        var names = _files.DirectoryExists(_directory.LogPath) ? _files.List(_directory.LogPath) : [];
        foreach (var name in names.Where(name => name.EndsWith(".spare", StringComparison.Ordinal)))
        {
            using var file = _files.Open(Path.Combine(_directory.LogPath, name), FileOpenMode.Read);
            count++;
            bytes += file.LengthBytes;
        }

        return $"{count} ({Printing.Bytes(bytes)})";
    }
}
