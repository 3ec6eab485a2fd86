using System.Globalization;
using System.Text;
using Google.Protobuf;
using Sampan.Base;
using Sampan.Grpc;
using Sampan.Protocol.Etcd;

namespace Sampan.Cli.Bench;

/// <summary>Closed-loop clients over a few connections. Run once.</summary>
public sealed class Load : IDisposable
{
    private const string PutPath = "/etcdserverpb.KV/Put";
    private const string RangePath = "/etcdserverpb.KV/Range";
    private const string TxnPath = "/etcdserverpb.KV/Txn";
    private const int PageKeys = 100;
    private const int FillBatch = 100;

    private readonly LoadOptions _options;
    private readonly TimeProvider _time;
    private readonly GrpcChannel[] _channels;
    private readonly byte[] _value;
    private long _begun;
    private long _failed;
    private long _done;
    private string _firstFailure = string.Empty;

    /// <summary>A load that has not begun.</summary>
    public Load(LoadOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        var count = Math.Min(options.Connections, Math.Max(options.Clients, options.Endpoints.Count));
        _channels =
        [
            .. Enumerable.Range(0, count).Select(i => new GrpcChannel(
                options.Endpoints[i % options.Endpoints.Count],
                new GrpcChannelOptions { ReceiveBytesMax = 64 << 20, Time = time })),
        ];
        _value = new byte[options.ValueBytes];
        new Prng(1).Fill(_value);
    }

    /// <summary>Fills what is needed, warms up, measures; tells how far it is.</summary>
    public async Task<LoadReport> RunAsync(TextWriter? progress, CancellationToken cancellation)
    {
        if (_options.Kind != LoadKind.Put && !_options.IsFilled)
        {
            await FillAsync(progress, cancellation).ConfigureAwait(false);
        }

        var start = _time.GetTimestamp();
        using var end = new CancellationTokenSource(
            _options.Total > 0 ? Timeout.InfiniteTimeSpan : _options.Duration, _time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(end.Token, cancellation);
        var clients = Enumerable.Range(0, _options.Clients)
            .Select(client => RunClientAsync(client, over.Token, cancellation))
            .ToArray();
        var all = Task.WhenAll(clients);
        await TellAsync(all, start, progress, cancellation).ConfigureAwait(false);
        var latencies = new LatencyHistogram();
        foreach (var histogram in await all.ConfigureAwait(false))
        {
            latencies.Add(histogram);
        }

        return new LoadReport
        {
            Succeeded = latencies.Count,
            Failed = Interlocked.Read(ref _failed),
            Duration = _time.GetElapsedTime(start),
            Latencies = latencies,
            FirstFailure = _firstFailure,
        };
    }

    /// <summary>Puts every key once, many in a transaction.</summary>
    public async Task FillAsync(TextWriter? progress, CancellationToken cancellation)
    {
        var next = 0;
        var fillers = Enumerable.Range(0, Math.Min(8, _channels.Length)).Select(async filler =>
        {
            while (true)
            {
                var from = Interlocked.Add(ref next, FillBatch) - FillBatch;
                if (from >= _options.Keys)
                {
                    return;
                }

                var txn = new TxnRequest();
                for (var key = from; key < Math.Min(from + FillBatch, _options.Keys); key++)
                {
                    txn.Success.Add(new RequestOp { RequestPut = PutOf(key) });
                }

                await _channels[filler].RawUnaryAsync(TxnPath, txn.ToByteArray(), GrpcCallOptions.None, cancellation)
                    .ConfigureAwait(false);
                if (progress is not null && from % 100_000 == 0)
                {
                    await progress.WriteLineAsync($"filling: {from} of {_options.Keys} keys").ConfigureAwait(false);
                }
            }
        });
        await Task.WhenAll(fillers).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var channel in _channels)
        {
            channel.Dispose();
        }
    }

    private async Task<LatencyHistogram> RunClientAsync(
        int client, CancellationToken over, CancellationToken cancellation)
    {
        var histogram = new LatencyHistogram();
        var prng = new Prng((ulong)client + 17);
        var channel = _channels[client % _channels.Length];
        while (!over.IsCancellationRequested
            && (_options.Total == 0 || Interlocked.Increment(ref _begun) <= _options.Total))
        {
            var (path, request) = Next(prng);
            var begun = _time.GetTimestamp();
            try
            {
                await channel.RawUnaryAsync(path, request, GrpcCallOptions.None, cancellation).ConfigureAwait(false);
                histogram.Add((long)_time.GetElapsedTime(begun).TotalMicroseconds);
                Interlocked.Increment(ref _done);
            }
            catch (GrpcException exception)
            {
                Interlocked.Increment(ref _failed);
                Interlocked.CompareExchange(ref _firstFailure, exception.Message, string.Empty);
                await Task.Delay(TimeSpan.FromMilliseconds(10), _time, cancellation).ConfigureAwait(false);
            }
        }

        return histogram;
    }

    private (string Path, byte[] Request) Next(Prng prng)
    {
        var key = prng.NextBelow(_options.Keys);
        var isPut = _options.Kind == LoadKind.Put || (_options.Kind == LoadKind.Mixed && prng.NextBelow(10) == 0);
        if (isPut)
        {
            return (PutPath, PutOf(key).ToByteArray());
        }

        var range = new RangeRequest
        {
            Key = _options.Kind == LoadKind.Page ? ByteString.CopyFromUtf8("k") : KeyOf(key),
            Serializable = _options.IsSerializable,
        };
        if (_options.Kind == LoadKind.Page)
        {
            range.RangeEnd = ByteString.CopyFromUtf8("l");
            range.Limit = PageKeys;
        }

        return (RangePath, range.ToByteArray());
    }

    private PutRequest PutOf(int key) => new() { Key = KeyOf(key), Value = UnsafeByteOperations.UnsafeWrap(_value) };

    private ByteString KeyOf(int key)
    {
        var text = $"k{key.ToString(CultureInfo.InvariantCulture).PadLeft(_options.KeyBytes - 1, '0')}";
        return ByteString.CopyFrom(text, Encoding.ASCII);
    }

    private async Task TellAsync(Task all, long start, TextWriter? progress, CancellationToken cancellation)
    {
        var before = 0L;
        while (progress is not null && !all.IsCompleted)
        {
            await Task.WhenAny(all, Task.Delay(TimeSpan.FromSeconds(1), _time, cancellation)).ConfigureAwait(false);
            var done = Interlocked.Read(ref _done);
            var seconds = _time.GetElapsedTime(start).TotalSeconds;
            await progress.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"{seconds,6:F1} s  {done} done, {done - before} in the last second"))
                .ConfigureAwait(false);
            before = done;
        }
    }
}
