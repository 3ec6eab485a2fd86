using System.Diagnostics;
using System.Globalization;

namespace Sampan.Clients.Tests;

/// <summary>Members of etcd as it is installed, to be compared with.</summary>
internal sealed class RealEtcd : IDisposable
{
    private readonly string _dataPath = Directory.CreateTempSubdirectory("etcd-clients").FullName;
    private readonly List<Process> _processes = [];

    /// <summary>Running members, named m0 and so on.</summary>
    public RealEtcd(int members = 1)
    {
        var ports = LocalPorts.Take(6 + (2 * members))[6..];
        Endpoints = [.. ports.Take(members).Select(port => $"127.0.0.1:{Text(port)}")];
        var peers = ports.Skip(members).Select(port => $"http://127.0.0.1:{Text(port)}").ToArray();
        var cluster = string.Join(',', peers.Select((peer, i) => $"m{Text(i)}={peer}"));
        for (var i = 0; i < members; i++)
        {
            Start(
                "--name", $"m{Text(i)}",
                "--data-dir", Path.Combine(_dataPath, Text(i)),
                "--listen-client-urls", $"http://{Endpoints[i]}",
                "--advertise-client-urls", $"http://{Endpoints[i]}",
                "--listen-peer-urls", peers[i],
                "--initial-advertise-peer-urls", peers[i],
                "--initial-cluster", cluster);
        }
    }

    /// <summary>Where clients reach the first one.</summary>
    public string Endpoint => Endpoints[0];

    /// <summary>Where clients reach each of them.</summary>
    public string[] Endpoints { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var process in _processes)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }

        Directory.Delete(_dataPath, recursive: true);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private void Start(params string[] flags)
    {
        var start = new ProcessStartInfo("etcd", flags)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        var process = Process.Start(start) ?? throw new InvalidOperationException("etcd could not be started");
        _processes.Add(process);
        process.ErrorDataReceived += (_, _) => { };
        process.OutputDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
    }
}
