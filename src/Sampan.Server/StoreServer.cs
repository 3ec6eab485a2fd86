using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sampan.Base;
using Sampan.Etcd;
using Sampan.Etcd.Machine;
using Sampan.Grpc;
using Sampan.Io;
using Sampan.Model;
using Sampan.MultiRaft;
using Sampan.MultiRaft.Abstractions;
using Sampan.Server.Doors;
using Sampan.Server.Options;
using Sampan.Store;
using Sampan.Transport;

namespace Sampan.Server;

/// <summary>
/// One store with its doors: started once, stopped once. What keeps it from starting is a
/// <see cref="ServerFailedException"/> whose message an operator understands.
/// </summary>
public sealed class StoreServer : IAsyncDisposable
{
    // A command is a request and a byte; peers carry it in an envelope.
    private const int CommandOverheadBytes = 64;

    private readonly ServerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _logs;
    private readonly ILogger _logger;
    private readonly ServerEvents _events;
    private readonly CancellationTokenSource _stopping = new();
    private PeerTransport? _transport;
    private BuiltStore? _store;
    private WebApplication? _web;
    private Task _publishing = Task.CompletedTask;

    /// <summary>A server that does not run yet.</summary>
    public StoreServer(ServerOptions options, TimeProvider time, ILoggerFactory logs)
    {
        options.Validate();
        _options = options;
        _time = time;
        _logs = logs;
        _logger = logs.CreateLogger("sampan");
        _events = new ServerEvents(_logger);
    }

    /// <summary>Ends, with the reason, when the store cannot go on; the server is to be stopped then.</summary>
    public Task<string> Failure => _events.Failure;

    /// <summary>What is known of etcd's group; null before there is one.</summary>
    public GroupStatus? Status =>
        _store is not null && _store.Groups.TryGet(EtcdGroup.Id, out var group) ? group.Status : null;

    /// <summary>
    /// Takes the peer port, so that others find it taken; nobody is served yet. <see cref="StartAsync"/> does it where
    /// it was not done before.
    /// </summary>
    public void Listen()
    {
        try
        {
            _transport ??= OpenTransport();
        }
        catch (SocketException exception) when (ReasonOf(exception) is { } reason)
        {
            throw new ServerFailedException(reason, exception);
        }
    }

    /// <summary>Opens the data, starts the store, then the doors.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        try
        {
            _transport ??= OpenTransport();
            _store = BuildStore(_transport);
            _store.Start();
            if (_options.IsNewCluster)
            {
                await CreateGroupAsync(_store, cancellation).ConfigureAwait(false);
            }

            _web = BuildDoors(_store);
            await _web.StartAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception exception) when (ReasonOf(exception) is { } reason)
        {
            throw new ServerFailedException(reason, exception);
        }

        Log.Serving(_logger, string.Join(", ", _options.ClientEndpoints), _options.Self.Id, _options.DataPath);
        _publishing = PublishAsync(_store);
    }

    /// <summary>Stops the doors, then the store. What waits is answered; idempotent.</summary>
    public async Task StopAsync()
    {
        if (_stopping.IsCancellationRequested)
        {
            return;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        if (_web is not null)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2), _time);
            await _web.StopAsync(patience.Token).ConfigureAwait(false);
            await _web.DisposeAsync().ConfigureAwait(false);
        }

        await _publishing.ConfigureAwait(false);
        _store?.Dispose();
        _transport?.Dispose();
        Log.Stopped(_logger);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private PeerTransport OpenTransport() => new(
        new PeerTransportOptions
        {
            Store = new StoreId(_options.Self.Id),
            Listen = _options.PeerEndpoint,
            Peers =
            [
                .. _options.Members
                    .Where(member => member.Id != _options.Self.Id)
                    .Select(member => new PeerAddress(
                        new StoreId(member.Id), member.PeerUrl.Host.Trim('[', ']'), member.PeerUrl.Port)),
            ],
        },
        _time,
        new Prng(RandomBits()),
        _events);

    private BuiltStore BuildStore(PeerTransport transport)
    {
        var path = Path.GetFullPath(_options.DataPath);
        Directory.CreateDirectory(Path.GetDirectoryName(path) ?? path);
        return StoreBuilder.Build(new StoreParts
        {
            Options = new StoreOptions
            {
                Store = new StoreId(_options.Self.Id),
                ClusterId = _options.ClusterId,
                Incarnation = new Incarnation(RandomBits(), RandomBits()),
                Boot = new BootId(RandomBits()),
                ElectionTimeout = _options.ElectionTimeout,
                HeartbeatInterval = _options.HeartbeatInterval,
                SnapshotEntries = _options.SnapshotEntries,
                CommandBytesMax = _options.RequestBytesMax + CommandOverheadBytes,
            },
            Threads = new StoreThreads { IsFused = Environment.ProcessorCount <= 4 },
            Files = new OsFileSystem(),
            DataPath = path,
            SegmentBytes = _options.SegmentBytes,
            Transport = transport,
            Machines = new EtcdMachineFactory(new EtcdMachineOptions
            {
                ClusterId = _options.ClusterId,
                MemberId = _options.Self.Id,
            }),
            Runner = new WorkerThreadRunner(
                _time,
                new WorkerThreadOptions
                {
                    SlowCallLimit = _options.HeartbeatInterval / 2,
                    StallLimit = _options.ElectionTimeout,
                },
                _events),
            Completions = new ThreadPoolCompletionQueue(),
            Time = _time,
            Prng = new Prng(RandomBits()),
            Events = _events,
        });
    }

    private async Task CreateGroupAsync(BuiltStore store, CancellationToken cancellation)
    {
        if (!store.Groups.TryGet(EtcdGroup.Id, out _))
        {
            var voters = _options.Members.Select(
                member => new Member(new ReplicaId(member.Id), new StoreId(member.Id)));
            await store.Groups.CreateAsync(EtcdGroup.Id, Configuration.Of(voters, []), cancellation)
                .ConfigureAwait(false);
        }
    }

    private WebApplication BuildDoors(BuiltStore store)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(_logs);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        var grpc = new GrpcKestrelOptions();
        builder.WebHost.UseGrpcKestrel(grpc);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            foreach (var endpoint in _options.ClientEndpoints)
            {
                kestrel.ListenGrpc(endpoint, grpc, _time);
            }
        });
        var app = builder.Build();
        var services = EtcdServices.Build(
            new EtcdServiceOptions
            {
                ClusterId = _options.ClusterId,
                MemberId = _options.Self.Id,
                PeerUrls = _options.Members.ToDictionary(
                    member => member.Id,
                    IReadOnlyList<string> (member) => [ClusterMember.Text(member.PeerUrl)]),
                RequestBytesMax = _options.RequestBytesMax,
                TxnOperationsMax = _options.TxnOperationsMax,
                QuotaBytes = _options.QuotaBytes,
                RequestTimeout = TimeSpan.FromSeconds(5) + (2 * _options.ElectionTimeout),
            },
            store.Groups,
            _time);
        // As etcd: the transport takes half a mebibyte more, so that the door can say what is wrong.
        var limits = new GrpcServerOptions { ReceiveBytesMax = _options.RequestBytesMax + (512 * 1024) };
        app.UseGrpc(services, limits, _time);
        var http = new HttpDoors(new ServerMetrics(store.Groups, _events, _options.QuotaBytes), store.Groups, _time);
        app.Run(http.AnswerAsync);
        return app;
    }

    // Says who this store is, until the cluster has taken note.
    private async Task PublishAsync(BuiltStore store)
    {
        var message = new Protocol.Etcd.Member
        {
            ID = _options.Self.Id,
            Name = _options.Name,
            PeerURLs = { ClusterMember.Text(_options.Self.PeerUrl) },
            ClientURLs = { _options.ClientUrls },
        };
        var command = EtcdCodec.Encode(EtcdCommandKind.PublishMember, message.ToByteArray());
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                if (store.Groups.TryGet(EtcdGroup.Id, out var group))
                {
                    await group.ProposeAsync(command, _stopping.Token).ConfigureAwait(false);
                    Log.Published(_logger, _options.Name, string.Join(", ", _options.ClientUrls));
                    return;
                }
            }
            catch (RaftException)
            {
                // No leader yet, or it changed: to say it twice does no harm.
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), _time, _stopping.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // What an operator can do something about, as one sentence; null for what is a mistake of the program.
    private string? ReasonOf(Exception exception) => exception switch
    {
        ServerFailedException => null,
        SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } =>
            $"The peer port {_options.PeerEndpoint} is in use; stop what listens there, or choose another by "
            + "--listen-peer-urls (dev: --port).",
        SocketException socket => $"Cannot listen for peers at {_options.PeerEndpoint}: {socket.Message}.",
        _ when IsAddressInUse(exception) =>
            $"A client port of {string.Join(", ", _options.ClientEndpoints)} is in use; stop what listens there, or "
            + "choose another by --listen-client-urls (dev: --port).",
        Storage.Identity.StoreRefusedException or StorageDamagedException or StorageFullException
            or FileSystemException => exception.Message,
        IOException or UnauthorizedAccessException => exception.Message,
        _ => null,
    };

    private static bool IsAddressInUse(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is AddressInUseException)
            {
                return true;
            }
        }

        return false;
    }

    private static ulong RandomBits()
    {
        Span<byte> bytes = stackalloc byte[8];
        RandomNumberGenerator.Fill(bytes);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    // Signals are the program's business, not the web host's.
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
