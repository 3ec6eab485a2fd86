using System.Globalization;
using Sampan.Grpc;

namespace Sampan.Cli.Bench;

/// <summary>
/// Closed-loop clients over a few connections, against any etcd v3 endpoints. Run once, by one caller.
/// </summary>
public sealed class Load : IDisposable
{
    private const int FillBatch = 100;
    private const int FillersMax = 8;
    private const int FillTellEvery = 100_000;
    private const int ReceiveBytesMax = 64 << 20;

    private static readonly TimeSpan _tellInterval = TimeSpan.FromSeconds(1);

    private readonly LoadOptions _options;
    private readonly TimeProvider _time;
    private readonly GrpcChannel[] _channels;
    private readonly LoadRequests _requests;
    private readonly LoadClient[] _clients;
    private long _begun;

    /// <summary>A load that has not begun. Throws <see cref="LoadException"/> for an option that is wrong.</summary>
    public Load(LoadOptions options, TimeProvider time)
    {
        options.Validate();
        _options = options;
        _time = time;
        _requests = new LoadRequests(options);
        var count = Math.Min(options.Connections, Math.Max(options.Clients, options.Endpoints.Count));
        _channels =
        [
            .. Enumerable.Range(0, count).Select(i => new GrpcChannel(
                options.Endpoints[i % options.Endpoints.Count],
                new GrpcChannelOptions { ReceiveBytesMax = ReceiveBytesMax, Time = time })),
        ];
        _clients =
        [
            .. Enumerable.Range(0, options.Clients)
                .Select(i => new LoadClient(i, _channels[i % count], _requests, time)),
        ];
    }

    /// <summary>
    /// Fills what is read, then measures; tells how far it is. Cancellation ends it early, with what was measured.
    /// Throws <see cref="LoadException"/> where it cannot fill.
    /// </summary>
    public async Task<LoadReport> RunAsync(TextWriter? progress, CancellationToken cancellation)
    {
        if (_options.Kind != LoadKind.Put && !_options.IsFilled)
        {
            await FillAsync(progress, cancellation).ConfigureAwait(false);
        }

        var start = _time.GetTimestamp();
        var clients = Task.WhenAll(_clients.Select(client => client.RunAsync(MayBegin, cancellation)));
        await TellAsync(clients, start, progress, cancellation).ConfigureAwait(false);
        await clients.ConfigureAwait(false);
        var duration = _time.GetElapsedTime(start);
        var latencies = new LatencyHistogram();
        foreach (var client in _clients)
        {
            latencies.Add(client.Latencies);
        }

        return new LoadReport
        {
            Succeeded = latencies.Count,
            Failed = _clients.Sum(client => client.Failed),
            Duration = duration,
            Latencies = latencies,
            MostFrequentFailure = _clients.SelectMany(client => client.Failures)
                .GroupBy(failure => failure.Key, StringComparer.Ordinal)
                .MaxBy(failures => failures.Sum(failure => failure.Value))?.Key
                ?? string.Empty,
        };

        bool MayBegin() => !cancellation.IsCancellationRequested
            && (_options.Total > 0
                ? Interlocked.Increment(ref _begun) <= _options.Total
                : _time.GetElapsedTime(start) < _options.Duration);
    }

    /// <summary>
    /// Puts every key once, many in a transaction. Throws <see cref="LoadException"/> if one cannot be put.
    /// </summary>
    public async Task FillAsync(TextWriter? progress, CancellationToken cancellation)
    {
        var fillers = Math.Min(FillersMax, _channels.Length);
        try
        {
            await Task.WhenAll(Enumerable.Range(0, fillers).Select(FillPartAsync)).ConfigureAwait(false);
        }
        catch (GrpcException exception)
        {
            throw new LoadException($"The keys cannot be put: {exception.Message}", exception);
        }

        // Each filler takes every so manieth batch.
        async Task FillPartAsync(int filler)
        {
            for (var first = filler * FillBatch; first < _options.Keys; first += fillers * FillBatch)
            {
                var request = _requests.Fill(first, Math.Min(first + FillBatch, _options.Keys));
                await _channels[filler]
                    .RawUnaryAsync(LoadRequests.TxnPath, request, GrpcCallOptions.None, cancellation)
                    .ConfigureAwait(false);
                if (progress is not null && first % FillTellEvery == 0)
                {
                    await progress.WriteLineAsync($"filling: {first} of {_options.Keys} keys").ConfigureAwait(false);
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var channel in _channels)
        {
            channel.Dispose();
        }
    }

    private async Task TellAsync(Task clients, long start, TextWriter? progress, CancellationToken cancellation)
    {
        var before = 0L;
        while (progress is not null && !clients.IsCompleted && !cancellation.IsCancellationRequested)
        {
            await Task.WhenAny(clients, Task.Delay(_tellInterval, _time, cancellation)).ConfigureAwait(false);
            var done = _clients.Sum(client => client.Latencies.Count);
            var seconds = _time.GetElapsedTime(start).TotalSeconds;
            await progress.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"{seconds,6:F1} s  {done} done, {done - before} since the last line"))
                .ConfigureAwait(false);
            before = done;
        }
    }
}
