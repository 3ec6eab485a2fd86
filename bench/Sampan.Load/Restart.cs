using System.Globalization;
using Google.Protobuf;
using Sampan.Cli.Bench;
using Sampan.Grpc;
using Sampan.Io;
using Sampan.Protocol.Etcd;

namespace Sampan.Load;

/// <summary>
/// One member with a million keys (16 B + 64 B) that is killed and started again: the time until its first linearizable
/// read.
/// </summary>
internal sealed class Restart
{
    private const int Keys = 1_000_000;
    private const int KeyBytes = 16;
    private const int ValueBytes = 64;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    private readonly BootTimeProvider _time = new();
    private readonly int _runs;

    /// <summary>A measurement of so many restarts.</summary>
    public Restart(int runs) => _runs = runs;

    /// <summary>Runs it; returns what it found.</summary>
    public async Task<string> RunAsync(CancellationToken cancellation)
    {
        var lines = new List<string>();
        foreach (var program in new[] { Programs.Sampan, Programs.Etcd }.OfType<string>())
        {
            var isEtcd = !string.Equals(program, Programs.Sampan, StringComparison.Ordinal);
            var dataPath = Path.Combine(Path.GetTempPath(), $"sampan-restart-{Environment.ProcessId}");
            using var cluster = ServerCluster.Start(isEtcd, program, dataPath, members: 1);
            await FirstReadAsync(cancellation).ConfigureAwait(false);
            using (var filling = new Cli.Bench.Load(Options, _time))
            {
                await filling.FillAsync(progress: null, cancellation).ConfigureAwait(false);
            }

            var seconds = new List<double>();
            for (var run = 0; run < _runs; run++)
            {
                var begun = _time.GetTimestamp();
                cluster.Restart();
                await FirstReadAsync(cancellation).ConfigureAwait(false);
                seconds.Add(_time.GetElapsedTime(begun).TotalSeconds);
            }

            seconds.Sort();
            lines.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{(isEtcd ? "etcd" : "Sampan")}: {seconds[seconds.Count / 2]:F2} s from start to the first "
                + $"linearizable "
                + $"read of one member with {Keys:N0} keys (median of {_runs}; {seconds[0]:F2} to {seconds[^1]:F2})"));
        }

        return string.Join(Environment.NewLine, lines);
    }

    private static LoadOptions Options => new()
    {
        Kind = LoadKind.Put,
        Endpoints = [ServerCluster.Endpoints[0]],
        Clients = 8,
        Connections = 8,
        Total = 1,
        Duration = TimeSpan.Zero,
        Keys = Keys,
        KeyBytes = KeyBytes,
        ValueBytes = ValueBytes,
        IsSerializable = false,
    };

    private async Task FirstReadAsync(CancellationToken cancellation)
    {
        using var channel = new GrpcChannel(
            ServerCluster.Endpoints[0], new GrpcChannelOptions { ReceiveBytesMax = 1 << 20, Time = _time });
        var request = new RangeRequest { Key = ByteString.CopyFromUtf8("k") }.ToByteArray();
        while (true)
        {
            try
            {
                await channel.RawUnaryAsync("/etcdserverpb.KV/Range", request, GrpcCallOptions.None, cancellation)
                    .ConfigureAwait(false);
                return;
            }
            catch (GrpcException)
            {
                await Task.Delay(Interval, _time, cancellation).ConfigureAwait(false);
            }
        }
    }
}
