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
        ];
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its data directory.</summary>
    public string DataPath { get; }

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
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "sampan"))
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        foreach (var flag in _flags)
        {
            start.ArgumentList.Add(flag);
        }

        _process = Process.Start(start) ?? throw new InvalidOperationException("sampan could not be started");
        _process.ErrorDataReceived += Hear;
        _process.OutputDataReceived += Hear;
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
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
