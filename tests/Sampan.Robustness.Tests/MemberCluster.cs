using System.Net;
using System.Net.Sockets;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Sampan.Base;
using Sampan.Grpc;
using Sampan.Protocol.Etcd;

namespace Sampan.Robustness.Tests;

/// <summary>Three members as processes, and clients of each.</summary>
internal sealed class MemberCluster : IDisposable
{
    /// <summary>Tests that start processes run one after another.</summary>
    public const string TestsName = "processes";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);
    private static readonly GrpcCallOptions Call = new() { Timeout = TimeSpan.FromSeconds(10) };

    private readonly string _dataPath = Directory.CreateTempSubdirectory("sampan-robust").FullName;
    private readonly GrpcChannel[] _channels;

    /// <summary>Three running members.</summary>
    public MemberCluster()
    {
        var ports = FreePorts(6);
        var initial = string.Join(',', Enumerable.Range(0, 3).Select(i => $"m{i}={MemberProcess.Url(ports[i + 3])}"));
        Members =
        [
            .. Enumerable.Range(0, 3).Select(i => new MemberProcess(
                $"m{i}", Path.Combine(_dataPath, $"m{i}"), (ports[i], ports[i + 3]), initial)),
        ];
        _channels =
        [
            .. Members.Select(member => new GrpcChannel(member.Endpoint, new GrpcChannelOptions
            {
                ReceiveBytesMax = 64 << 20, Time = Time, ConnectTimeout = TimeSpan.FromSeconds(1),
            })),
        ];
        Members.ForEach(member => member.Start());
    }

    /// <summary>The clock.</summary>
    public static TimeProvider Time => TimeProvider.System;

    /// <summary>The members.</summary>
    public List<MemberProcess> Members { get; }

    /// <summary>Calls a KV method at a member.</summary>
    public Task<TResponse> CallAsync<TRequest, TResponse>(int member, string method, TRequest request)
        where TRequest : class, IMessage
        where TResponse : class, IMessage<TResponse>, new() =>
        _channels[member].UnaryAsync<TRequest, TResponse>(
            Find("KV", method), request, Call, CancellationToken.None);

    /// <summary>Asks a member for its status.</summary>
    public Task<StatusResponse> StatusAsync(int member) =>
        _channels[member].UnaryAsync<StatusRequest, StatusResponse>(
            Find("Maintenance", "Status"), new StatusRequest(), Call, CancellationToken.None);

    /// <summary>The checksum of a member's history up to a revision.</summary>
    public Task<HashKVResponse> HashAsync(int member, long revision) =>
        _channels[member].UnaryAsync<HashKVRequest, HashKVResponse>(
            Find("Maintenance", "HashKV"), new HashKVRequest { Revision = revision }, Call, CancellationToken.None);

    /// <summary>A figure of a member's metrics.</summary>
    public async Task<double> MetricAsync(int member, string name)
    {
        using var http = new HttpClient();
        var text = await http.GetStringAsync(new Uri(Members[member].Endpoint, "/metrics"));
        var line = text.Split('\n').Single(row => row.StartsWith($"{name} ", StringComparison.Ordinal));
        return double.Parse(line[(name.Length + 1)..], System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Which member leads, as the members that run say.</summary>
    public async Task<int> LeaderAsync()
    {
        var leader = -1;
        await UntilAsync("a leader is known", async () =>
        {
            for (var i = 0; i < Members.Count && leader < 0; i++)
            {
                var status = Members[i].IsRunning ? await StatusAsync(i) : null;
                leader = status is not null && status.Leader == status.Header.MemberId ? i : -1;
            }

            return leader >= 0;
        });
        return leader;
    }

    /// <summary>Waits until every one of these members answers a linearizable read.</summary>
    public async Task ReadyAsync(params int[] members)
    {
        foreach (var member in members)
        {
            await UntilAsync($"m{member} answers", async () =>
            {
                await CallAsync<RangeRequest, RangeResponse>(
                    member, "Range", new RangeRequest { Key = ByteString.CopyFromUtf8("x") });
                return true;
            });
        }
    }

    /// <summary>Waits for a condition; calls that fail are repeated.</summary>
    public async Task UntilAsync(string what, Func<Task<bool>> condition)
    {
        var begun = Time.GetTimestamp();
        var failure = "it is not so";
        while (Time.GetElapsedTime(begun) < Patience)
        {
            try
            {
                if (await condition())
                {
                    return;
                }
            }
            catch (GrpcException exception)
            {
                failure = exception.Message;
            }

            await Task.Delay(Interval, Time, CancellationToken.None);
        }

        var said = Members.SelectMany(member => member.Said.TakeLast(15));
        Assert.Fail($"waited for: {what} ({failure})\n{string.Join('\n', said)}");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var channel in _channels)
        {
            channel.Dispose();
        }

        Members.ForEach(member => member.Dispose());
        Directory.Delete(_dataPath, recursive: true);
    }

    private static MethodDescriptor Find(string service, string method) => RpcReflection.Descriptor.Services
        .Single(found => string.Equals(found.Name, service, StringComparison.Ordinal))
        .FindMethodByName(method);

    // Below the range from which the system gives ports to whoever dials, so that nobody is given ours meanwhile.
    private static int[] FreePorts(int count)
    {
        var prng = new Prng((ulong)Environment.ProcessId);
        var ports = new List<int>();
        while (ports.Count < count)
        {
            var port = 20_000 + prng.NextBelow(10_000);
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                ports.Add(port);
            }
            catch (SocketException)
            {
                // Taken; the next one may be free.
            }
        }

        return [.. ports.Distinct().Concat(Enumerable.Range(30_100, count)).Take(count)];
    }
}
