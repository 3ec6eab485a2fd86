using System.Globalization;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Sampan.Grpc;
using Sampan.Io;
using Sampan.Protocol.Etcd;
using Sampan.Server.Options;

namespace Sampan.Server.Tests.Fixture;

/// <summary>One life of a store's server, and a client of it.</summary>
internal sealed class TestStore : IAsyncDisposable
{
    private readonly ILoggerFactory _logs;

    public TestStore(ServerOptions options, IFileSystem? files = null)
    {
        Options = options;
        _logs = Lines.Factory();
        Server = new StoreServer(options, files ?? new OsFileSystem(), new BootTimeProvider(), _logs);
        Channel = new GrpcChannel(
            new Uri(options.ClientUrls[0]),
            new GrpcChannelOptions { ReceiveBytesMax = 1 << 24, Time = TimeProvider.System });
        Http = new HttpClient { BaseAddress = new Uri(options.ClientUrls[0]) };
    }

    public ServerOptions Options { get; }

    public StoreServer Server { get; }

    public LogLines Lines { get; } = new();

    public GrpcChannel Channel { get; }

    public HttpClient Http { get; }

    /// <summary>
    /// The settings of stores that form a cluster, on free ports, each with a directory in the folder.
    /// </summary>
    public static ServerOptions[] OptionsOf(int stores, string folder, params (string Name, string Value)[] more)
    {
        var ports = Ports.Take(2 * stores);
        var cluster = string.Join(
            ',', Enumerable.Range(0, stores).Select(store => $"store{store}={Url(ports[(2 * store) + 1])}"));
        return
        [
            .. Enumerable.Range(0, stores).Select(store => From(
            [
                ("name", $"store{store}"), ("data-dir", Path.Combine(folder, $"store{store}")),
                ("listen-client-urls", Url(ports[2 * store])), ("listen-peer-urls", Url(ports[(2 * store) + 1])),
                ("initial-advertise-peer-urls", Url(ports[(2 * store) + 1])), ("initial-cluster", cluster), .. more,
            ])),
        ];
    }

    public static ServerOptions From(params (string Name, string Value)[] flags) => ServerOptions.From(Settings.Gather(
        flags.ToDictionary(flag => flag.Name, flag => flag.Value, StringComparer.Ordinal),
        new Dictionary<string, string>(StringComparer.Ordinal),
        filePath: null)) with
    {
        SegmentBytes = 8 * 1024 * 1024,
    };

    public async Task<TestStore> StartAsync()
    {
        await Server.StartAsync(CancellationToken.None);
        return this;
    }

    /// <summary>Puts a key; repeated until there is a leader, however long that takes.</summary>
    public async Task<long> PutAsync(string key, string value)
    {
        var request = new PutRequest { Key = ByteString.CopyFromUtf8(key), Value = ByteString.CopyFromUtf8(value) };
        return (await UntilAvailableAsync<PutRequest, PutResponse>("Put", request)).Header.Revision;
    }

    /// <summary>A linearizable get of one key; null if it is not there.</summary>
    public async Task<string?> GetAsync(string key)
    {
        var request = new RangeRequest { Key = ByteString.CopyFromUtf8(key) };
        var response = await UntilAvailableAsync<RangeRequest, RangeResponse>("Range", request);
        return response.Kvs.FirstOrDefault()?.Value.ToStringUtf8();
    }

    /// <summary>A call of any service, made once.</summary>
    public Task<TResponse> CallAsync<TRequest, TResponse>(string method, TRequest request, GrpcCallOptions options)
        where TRequest : class, IMessage
        where TResponse : class, IMessage => Channel.UnaryAsync<TRequest, TResponse>(
            RpcReflection.Descriptor.Services.SelectMany(service => service.Methods)
                .First(found => found.Name == method),
            request,
            options,
            CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        Http.Dispose();
        await Server.DisposeAsync();
        _logs.Dispose();
    }

    private static string Url(int port) => $"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}";

    private async Task<TResponse> UntilAvailableAsync<TRequest, TResponse>(string method, TRequest request)
        where TRequest : class, IMessage
        where TResponse : class, IMessage
    {
        while (true)
        {
            try
            {
                return await CallAsync<TRequest, TResponse>(method, request, GrpcCallOptions.None);
            }
            catch (GrpcException exception) when (exception.Code == GrpcStatusCode.Unavailable)
            {
                // The door has waited for a leader; it is asked again.
            }
        }
    }
}
