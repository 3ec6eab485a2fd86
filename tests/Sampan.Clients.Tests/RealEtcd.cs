using System.Diagnostics;
using System.Globalization;

namespace Sampan.Clients.Tests;

/// <summary>One member of etcd as it is installed, to be compared with.</summary>
internal sealed class RealEtcd : IDisposable
{
    private readonly string _dataPath = Directory.CreateTempSubdirectory("etcd-clients").FullName;
    private readonly Process _process;

    /// <summary>A running member.</summary>
    public RealEtcd()
    {
        var ports = LocalPorts.Take(8)[6..];
        Endpoint = $"127.0.0.1:{ports[0].ToString(CultureInfo.InvariantCulture)}";
        var peer = $"http://127.0.0.1:{ports[1].ToString(CultureInfo.InvariantCulture)}";
        var start = new ProcessStartInfo("etcd")
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        string[] flags =
        [
            "--data-dir", _dataPath,
            "--listen-client-urls", $"http://{Endpoint}",
            "--advertise-client-urls", $"http://{Endpoint}",
            "--listen-peer-urls", peer,
            "--initial-advertise-peer-urls", peer,
            "--initial-cluster", $"default={peer}",
        ];
        foreach (var flag in flags)
        {
            start.ArgumentList.Add(flag);
        }

        _process = Process.Start(start) ?? throw new InvalidOperationException("etcd could not be started");
        _process.ErrorDataReceived += (_, _) => { };
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
    }

    /// <summary>Where clients reach it.</summary>
    public string Endpoint { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        Directory.Delete(_dataPath, recursive: true);
    }
}
