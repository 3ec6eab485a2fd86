using System.Diagnostics;
using System.Globalization;

namespace Sampan.Load;

/// <summary>Members as processes on this machine, of Sampan or of etcd, with data of their own.</summary>
internal sealed class ServerCluster : IDisposable
{
    private const int MembersMax = 3;
    private const int FirstClientPort = 17100;
    private const int FirstPeerPort = 17200;

    private readonly List<Process> _processes = [];
    private readonly string _dataPath;
    private readonly bool _isEtcd;
    private readonly string _program;
    private readonly int _members;

    private ServerCluster(bool isEtcd, string program, string dataPath, int members)
    {
        _isEtcd = isEtcd;
        _program = program;
        _dataPath = dataPath;
        _members = members;
    }

    /// <summary>The client endpoints of three members.</summary>
    public static IReadOnlyList<Uri> Endpoints { get; } =
        [.. Enumerable.Range(0, MembersMax).Select(member => new Uri(Url(FirstClientPort + member)))];

    /// <summary>The processor time that all members have used, in seconds.</summary>
    public double CpuSeconds
    {
        get
        {
            _processes.ForEach(process => process.Refresh());
            return _processes.Sum(process => process.TotalProcessorTime.TotalSeconds);
        }
    }

    /// <summary>Starts members with empty data.</summary>
    public static ServerCluster Start(bool isEtcd, string program, string dataPath, int members)
    {
        var cluster = new ServerCluster(isEtcd, program, dataPath, members);
        Directory.CreateDirectory(dataPath);
        cluster.Start();
        return cluster;
    }

    /// <summary>Kills all, and starts them again on their data.</summary>
    public void Restart()
    {
        End();
        Start();
    }

    private void Start()
    {
        var all = string.Join(
            ',', Enumerable.Range(0, _members).Select(member => $"m{member}={Url(FirstPeerPort + member)}"));
        for (var member = 0; member < _members; member++)
        {
            var start = new ProcessStartInfo(_program)
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
                UseShellExecute = false,
            };
            string[] flags =
            [
                .. _isEtcd ? Array.Empty<string>() : ["server"],
                "--name", $"m{member}",
                "--data-dir", Path.Combine(_dataPath, $"m{member}"),
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
                ?? throw new InvalidOperationException($"{_program} could not be started");
            process.OutputDataReceived += (_, _) => { };
            process.ErrorDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            _processes.Add(process);
        }
    }

    /// <summary>Ends them and deletes their data.</summary>
    public void Dispose()
    {
        End();
        Directory.Delete(_dataPath, recursive: true);
    }

    private void End()
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

        _processes.Clear();
    }

    private static string Url(int port) => $"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}";
}
