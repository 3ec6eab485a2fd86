using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Sampan.Robustness.Tests;

/// <summary>One <c>sampan server</c> on loopback, which may be killed, frozen and started again.</summary>
internal sealed class MemberProcess : IDisposable
{
    private readonly string[] _flags;
    private readonly ConcurrentQueue<string> _said = new();
    private Process? _process;

    /// <summary>A member that does not run yet.</summary>
    public MemberProcess(string name, string dataPath, (int Client, int Peer) ports, string initialCluster)
    {
        Name = name;
        DataPath = dataPath;
        Endpoint = new Uri(Url(ports.Client));
        _flags =
        [
            "server",
            "--name", name,
            "--data-dir", dataPath,
            "--listen-client-urls", Url(ports.Client),
            "--listen-peer-urls", Url(ports.Peer),
            "--initial-advertise-peer-urls", Url(ports.Peer),
            "--initial-cluster", initialCluster,
            "--heartbeat-interval", "50",
            "--election-timeout", "500",
            "--snapshot-count", "1000",
            "--snapshot-growth", "0",
        ];
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its data directory.</summary>
    public string DataPath { get; }

    /// <summary>Where its snapshots are.</summary>
    public string SnapshotPath => Path.Combine(DataPath, "snapshots");

    /// <summary>Where clients reach it.</summary>
    public Uri Endpoint { get; }

    /// <summary>Whether it runs.</summary>
    public bool IsRunning => _process is { HasExited: false };

    /// <summary>What it has said so far, in all its lives.</summary>
    public IEnumerable<string> Said => _said;

    /// <summary>The URL of a port on loopback.</summary>
    public static string Url(int port) => $"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>Starts it, or starts it again.</summary>
    public void Start()
    {
        var start = StartOf(_flags);

        // What sets up these tests is no setting of a server.
        foreach (var name in start.Environment.Keys.Where(
            name => name.StartsWith("SAMPAN_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        _process = Process.Start(start) ?? throw new InvalidOperationException("sampan could not be started");
        _process.ErrorDataReceived += Hear;
        _process.OutputDataReceived += Hear;
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
    }

    /// <summary>Runs a command of <c>sampan</c> to its end; returns its exit code and what it said.</summary>
    public static async Task<(int Code, string Said)> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(StartOf(arguments))
            ?? throw new InvalidOperationException("sampan could not be started");
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }

    /// <summary>Ends it as a power switch would, the page cache apart.</summary>
    public void Kill()
    {
        if (_process is not null)
        {
            _process.Kill();
            _process.WaitForExit();
        }
    }

    /// <summary>Its process; 0 if it never ran.</summary>
    public int ProcessId => _process?.Id ?? 0;

    /// <summary>How it ended; null while it runs.</summary>
    public int? ExitCode => _process is { HasExited: true } ? _process.ExitCode : null;

    /// <summary>
    /// Starts it, and kills it at once when it begins to receive a snapshot at or above an index; false if that
    /// snapshot was complete already.
    /// </summary>
    public async Task<bool> StartAndKillInInstallAsync(ulong fromIndex)
    {
        var begun = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var watcher = new FileSystemWatcher(SnapshotPath) { IncludeSubdirectories = true };
        watcher.Created += (_, created) =>
        {
            // "<index>.tmp", perhaps with the number of a copy in between.
            var parts = Path.GetFileName(created.FullPath).Split('.');
            if (parts is [var index, .., "tmp"]
                && ulong.TryParse(index, CultureInfo.InvariantCulture, out var found)
                && found >= fromIndex
                && begun.TrySetResult(created.FullPath))
            {
                Kill();
            }
        };
        watcher.EnableRaisingEvents = true;
        Start();
        var path = await begun.Task.WaitAsync(TimeSpan.FromSeconds(60), MemberCluster.Time);
        Kill();
        return Directory.Exists(path);
    }

    /// <summary>Freezes it.</summary>
    public void Freeze() => Signal("-STOP");

    /// <summary>Lets it go on.</summary>
    public void Thaw() => Signal("-CONT");

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_process is not null)
        {
            Kill();
            _process.Dispose();
        }
    }

    private static ProcessStartInfo StartOf(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "sampan"))
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return start;
    }

    private void Hear(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is not null)
        {
            _said.Enqueue($"{Name}: {line.Data}");
        }
    }

    private void Signal(string signal)
    {
        Assert.NotNull(_process);
        using var kill = Process.Start("kill", [signal, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }
}
