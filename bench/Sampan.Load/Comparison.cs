using System.Globalization;
using Google.Protobuf;
using Sampan.Cli.Bench;
using Sampan.Grpc;
using Sampan.Io;
using Sampan.Protocol.Etcd;

namespace Sampan.Load;

/// <summary>The canonical workloads against both, in turns, so that what disturbs the machine disturbs both.</summary>
internal sealed class Comparison
{
    private const int Keys = 100_000;

    private readonly BootTimeProvider _time = new();
    private readonly int _runs;
    private readonly TimeSpan _duration;
    private readonly int[] _clients;

    /// <summary>A comparison of so many runs.</summary>
    public Comparison(int runs, TimeSpan duration, int[] clients)
    {
        _runs = runs;
        _duration = duration;
        _clients = clients;
    }

    /// <summary>Runs it; returns the table.</summary>
    public async Task<string> RunAsync(string? only, CancellationToken cancellation)
    {
        var sampan = Programs.Sampan;
        var etcd = Programs.Etcd;
        var results = new List<Measurement>();
        for (var run = 0; run < _runs; run++)
        {
            if (only is not "etcd")
            {
                results.AddRange(await MeasureAsync(false, sampan, run, cancellation).ConfigureAwait(false));
            }

            if (etcd is not null && only is not "sampan")
            {
                results.AddRange(await MeasureAsync(true, etcd, run, cancellation).ConfigureAwait(false));
            }
        }

        return ResultTable.Of(results);
    }

    private async Task<List<Measurement>> MeasureAsync(
        bool isEtcd, string program, int run, CancellationToken cancellation)
    {
        var dataPath = Path.Combine(Path.GetTempPath(), $"sampan-load-{Environment.ProcessId}");
        using var cluster = ServerCluster.Start(isEtcd, program, dataPath, members: 3);
        await FillAsync(cancellation).ConfigureAwait(false);
        var results = new List<Measurement>();
        foreach (var clients in _clients)
        {
            results.Add(await MeasureAsync(cluster, isEtcd, LoadKind.Put, clients, cancellation).ConfigureAwait(false));
        }

        await ForgetWritesAsync(cancellation).ConfigureAwait(false);
        foreach (var clients in _clients)
        {
            results.Add(await MeasureAsync(cluster, isEtcd, LoadKind.Get, clients, cancellation).ConfigureAwait(false));
        }

        results.Add(await MeasureAsync(cluster, isEtcd, LoadKind.Page, 16, cancellation).ConfigureAwait(false));
        foreach (var result in results)
        {
            await Console.Error.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"run {run + 1} {(isEtcd ? "etcd" : "sampan")} {result.Workload}: {result.Rate:F0}/s "
                + $"p50 {result.P50:F2} "
                + $"p99 {result.P99:F1} cpu {result.CpuMicroseconds:F0} us")).ConfigureAwait(false);
        }

        return results;
    }

    private async Task<Measurement> MeasureAsync(
        ServerCluster cluster, bool isEtcd, LoadKind kind, int clients, CancellationToken cancellation)
    {
        using (var warming = new Cli.Bench.Load(OptionsOf(kind, clients, _duration / 4), _time))
        {
            await warming.RunAsync(progress: null, cancellation).ConfigureAwait(false);
        }

        using var load = new Cli.Bench.Load(OptionsOf(kind, clients, _duration), _time);
        var before = cluster.CpuSeconds;
        var report = await load.RunAsync(progress: null, cancellation).ConfigureAwait(false);
        var cpu = cluster.CpuSeconds - before;
        var name = kind switch
        {
            LoadKind.Put => "put",
            LoadKind.Get => "linearizable get",
            _ => "page of 100 of 100,000 keys",
        };
        return new Measurement
        {
            Workload = $"{name}, {clients} client{(clients == 1 ? string.Empty : "s")}",
            IsEtcd = isEtcd,
            Rate = report.Rate,
            P50 = report.Latencies.Quantile(0.5),
            P99 = report.Latencies.Quantile(0.99),
            CpuMicroseconds = cpu * 1e6 / Math.Max(1, report.Succeeded),
            Failed = report.Failed,
        };
    }

    private async Task FillAsync(CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var filling = new Cli.Bench.Load(OptionsOf(LoadKind.Put, 1, _duration), _time);
                await filling.FillAsync(progress: null, cancellation).ConfigureAwait(false);
                return;
            }
            catch (GrpcException) when (attempt < 100)
            {
                // They are still starting.
                await Task.Delay(TimeSpan.FromMilliseconds(200), _time, cancellation).ConfigureAwait(false);
            }
        }
    }

    // etcd 3.4 copies the writes since the last commit without a key for every read; lease grants make such commits,
    // and so it is measured at its best. Sampan has neither the copies nor, yet, the leases.
    private async Task ForgetWritesAsync(CancellationToken cancellation)
    {
        using var channel = new GrpcChannel(
            ServerCluster.Endpoints[0], new GrpcChannelOptions { ReceiveBytesMax = 1 << 20, Time = _time });
        for (var i = 0; i < 3; i++)
        {
            try
            {
                await channel.RawUnaryAsync(
                    "/etcdserverpb.Lease/LeaseGrant",
                    new LeaseGrantRequest { TTL = 600 }.ToByteArray(),
                    GrpcCallOptions.None,
                    cancellation).ConfigureAwait(false);
                await Task.Delay(TimeSpan.FromMilliseconds(200), _time, cancellation).ConfigureAwait(false);
            }
            catch (GrpcException)
            {
                return;
            }
        }
    }

    private static LoadOptions OptionsOf(LoadKind kind, int clients, TimeSpan duration) => new()
    {
        Kind = kind,
        Endpoints = ServerCluster.Endpoints,
        Clients = clients,
        Connections = 8,
        Total = 0,
        Duration = duration,
        Keys = Keys,
        KeyBytes = 16,
        ValueBytes = 256,
        IsSerializable = false,
        IsFilled = true,
    };
}
