using System.Diagnostics;
using System.Globalization;

namespace Sampan.Load;

/// <summary>Three members as processes on this machine, of Sampan or of etcd, with data of their own.</summary>
internal sealed class ServerCluster : IDisposable
{
    private const int Members = 3;
    private const int FirstClientPort = 17100;
    private const int FirstPeerPort = 17200;

    private readonly List<Process> _processes = [];
    private readonly string _dataPath;

    private ServerCluster(string dataPath) => _dataPath = dataPath;

    /// <summary>The client endpoints.</summary>
    public static IReadOnlyList<Uri> Endpoints { get; } =
        [.. Enumerable.Range(0, Members).Select(member => new Uri(Url(FirstClientPort + member)))];

    /// <summary>The processor time that all members have used, in seconds.</summary>
    public double CpuSeconds
    {
        get
        {
            _processes.ForEach(process => process.Refresh());
            return _processes.Sum(process => process.TotalProcessorTime.TotalSeconds);
        }
    }

    /// <summary>Starts them.</summary>
    public static ServerCluster Start(bool isEtcd, string program, string dataPath)
    {
        var cluster = new ServerCluster(dataPath);
        Directory.CreateDirectory(dataPath);
        var all = string.Join(
            ',', Enumerable.Range(0, Members).Select(member => $"m{member}={Url(FirstPeerPort + member)}"));
        for (var member = 0; member < Members; member++)
        {
            var start = new ProcessStartInfo(program)
            {
                RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false,
            };
            string[] flags =
            [
                .. isEtcd ? Array.Empty<string>() : ["server"],
                "--name", $"m{member}",
                "--data-dir", Path.Combine(dataPath, $"m{member}"),
                "--listen-client-urls", Url(FirstClientPort + member),
                "--advertise-client-urls", Url(FirstClientPort + member),
                "--listen-peer-urls", Url(FirstPeerPort + member),
                "--initial-advertise-peer-urls", Url(FirstPeerPort + member),
                "--initial-cluster", all,
                "--initial-cluster-state", "new",
                "--quota-backend-bytes", "8589934592",
            ];
            foreach (var flag in flags)
            {
                start.ArgumentList.Add(flag);
            }

            var process = Process.Start(start)
                ?? throw new InvalidOperationException($"{program} could not be started");
            process.OutputDataReceived += (_, _) => { };
            process.ErrorDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            cluster._processes.Add(process);
        }

        return cluster;
    }

    /// <summary>Ends them and deletes their data.</summary>
    public void Dispose()
    {
        foreach (var process in _processes)
        {
            if (!process.HasExited)
            {
                process.Kill();
            }

            process.WaitForExit();
            process.Dispose();
        }

        Directory.Delete(_dataPath, recursive: true);
    }

    private static string Url(int port) => $"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}";
}
