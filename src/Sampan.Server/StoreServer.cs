using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
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
using Sampan.Server.Stores;
using Sampan.Storage.Identity;
using Sampan.Store;
using Sampan.Transport;

namespace Sampan.Server;

/// <summary>
/// One store with its doors: started once, stopped once, by one caller. What keeps it from starting is a
/// <see cref="ServerFailedException"/> whose message an operator understands. Several may live in one process.
/// </summary>
public sealed class StoreServer : IAsyncDisposable
{
    // A command is a request and a byte; peers carry it in an envelope.
    private const int CommandOverheadBytes = 64;

    // As etcd: the transport takes half a mebibyte more, so that the door can say what is wrong.
    private const int ReceiveOverheadBytes = 512 * 1024;

    // With more processors the workers of a store get threads of their own.
    private const int FusedProcessorsMax = 4;

    private static readonly TimeSpan _slowCallMin = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan _drainTime = TimeSpan.FromSeconds(2);

    private readonly ServerOptions _options;
    private readonly MeteredFiles _files;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _logs;
    private readonly ILogger _logger;
    private readonly ServerEvents _events;
    private readonly DurationHistogram _syncs = DurationHistogram.ForSyncs();
    private readonly GrpcHealth _health = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly ClientSockets _clients = new();
    private PeerTransport? _transport;
    private BuiltStore? _store;
    private WebApplication? _web;
    private Task _watching = Task.CompletedTask;

    /// <summary>
    /// A server on this machine's disks that does not run yet. Throws <see cref="ArgumentException"/> for a setting
    /// that is out of its bounds.
    /// </summary>
    public StoreServer(ServerOptions options, TimeProvider time, ILoggerFactory logs)
        : this(options, new OsFileSystem(), time, logs)
    {
    }

    /// <summary>The same on other disks.</summary>
    public StoreServer(ServerOptions options, IFileSystem files, TimeProvider time, ILoggerFactory logs)
    {
        options.Validate();
        _options = options;
        _time = time;
        _logs = logs;
        _logger = logs.CreateLogger("sampan");
        _events = new ServerEvents(_logger, WatchOf(options), new OperatorText(options.Members));
        _files = new MeteredFiles(files, _syncs, time);
    }

    /// <summary>Its settings.</summary>
    public ServerOptions Options => _options;

    /// <summary>Ends, with the reason, when the store cannot go on; the server is to be stopped then.</summary>
    public Task<string> Failure => _events.Failure;

    /// <summary>Why this store may have no leader, as a sentence; null: nothing of the kind is known.</summary>
    public string? Complaint => _events.Complaint;

    /// <summary>What is known of etcd's group; null before there is one.</summary>
    public GroupStatus? Status =>
        _store is not null && _store.Groups.TryGet(EtcdGroup.Id, out var group) ? group.Status : null;

    /// <summary>
    /// Ends when the cluster has taken note of this store's name and addresses, for which it needs a leader; also when
    /// the store stops before. Complete before <see cref="StartAsync"/> has returned.
    /// </summary>
    public Task Published { get; private set; } = Task.CompletedTask;

    /// <summary>
    /// Takes its ports, so that others find them taken; nobody is served yet. <see cref="StartAsync"/> does it where it
    /// was not done before.
    /// </summary>
    public void Listen()
    {
        if (_transport is not null)
        {
            return;
        }

        try
        {
            _transport = OpenTransport();
        }
        catch (SocketException exception)
        {
            throw new ServerFailedException(
                ListenFailures.Explain(exception, "peer", _options.PeerEndpoint, "listen-peer-urls"), exception);
        }

        _clients.Listen(_options.ClientEndpoints);
    }

    /// <summary>Opens the data, starts the store, then the doors.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        RefuseToJoin(_files.FileExists(Path.Combine(_options.DataPath, StoreDirectory.IdentityName)));
        Listen();
        Invariant.Holds(_transport is not null);
        try
        {
            _store = BuildStore(_transport);
            RefuseToJoin(_store.Groups.TryGet(EtcdGroup.Id, out _));
            _store.Start();
            if (_options.IsNewCluster)
            {
                await CreateGroupAsync(_store, cancellation).ConfigureAwait(false);
            }

            _web = BuildDoors(_store);
            await _web.StartAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception exception) when (StartFailures.Explain(exception) is { } reason)
        {
            throw new ServerFailedException(reason, exception);
        }
        catch (RaftException exception) when (_events.Failure.IsCompleted)
        {
            throw new ServerFailedException(await _events.Failure.ConfigureAwait(false), exception);
        }

        var path = Path.GetFullPath(_options.DataPath);
        Log.Serving(_logger, string.Join(", ", _options.ClientEndpoints), _options.Self.Id, path);
        var publisher = new MemberPublisher(_options, _store.Groups, _time, _logger);
        Published = publisher.RunAsync(_stopping.Token);
        var watch = new StoreWatch(_store.Groups, _events, _options.QuotaBytes, _time, _logger);
        _watching = watch.RunAsync(_stopping.Token);
    }

    /// <summary>
    /// Hands leadership over if this store leads and there are others, so that they need no election; returns when that
    /// is done or was given up. Before <see cref="StopAsync"/>, where the others go on.
    /// </summary>
    public async Task HandOverAsync()
    {
        if (_store is null || !_store.Groups.TryGet(EtcdGroup.Id, out var group)
            || !group.Status.IsLeader || group.Status.Configuration.Voters.Length < 2)
        {
            return;
        }

        using var limit = new CancellationTokenSource(_options.ElectionTimeout, _time);
        try
        {
            await group.TransferLeadershipAsync(ReplicaId.None, limit.Token).ConfigureAwait(false);
            Log.HandedOver(_logger);
        }
        catch (RaftException)
        {
            // Nobody can take it; the others elect when this store is gone.
        }
        catch (OperationCanceledException)
        {
            // Nobody took it in time.
        }
    }

    /// <summary>Stops the doors, then the store. What waits is answered; idempotent.</summary>
    public async Task StopAsync()
    {
        if (_stopping.IsCancellationRequested)
        {
            return;
        }

        _health.Set(string.Empty, isServing: false);
        await _stopping.CancelAsync().ConfigureAwait(false);
        if (_web is not null)
        {
            using var patience = new CancellationTokenSource(_drainTime, _time);
            await _web.StopAsync(patience.Token).ConfigureAwait(false);
            await _web.DisposeAsync().ConfigureAwait(false);
        }

        await Task.WhenAll(Published, _watching).ConfigureAwait(false);
        _store?.Dispose();
        _transport?.Dispose();
        _clients.Dispose();
        if (_web is not null)
        {
            Log.Stopped(_logger);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    // Nobody can add it, so it would wait for ever.
    private void RefuseToJoin(bool hasGroup)
    {
        if (!_options.IsNewCluster && !hasGroup)
        {
            throw new ServerFailedException(
                "--initial-cluster-state is existing, but the data directory "
                + $"{Path.GetFullPath(_options.DataPath)} holds no member of a cluster, and members cannot be added to "
                + "a running cluster in this version; name the data directory of a member, or say new for a cluster "
                + "that begins.");
        }
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
        CreateParent(path);
        return StoreBuilder.Build(new StoreParts
        {
            Options = StoreOptionsOf(_options),
            Threads = new StoreThreads { IsFused = Environment.ProcessorCount <= FusedProcessorsMax },
            Files = _files,
            DataPath = path,
            SegmentBytes = _options.SegmentBytes,
            Transport = transport,
            Machines = new EtcdMachineFactory(new EtcdMachineOptions
            {
                ClusterId = _options.ClusterId,
                MemberId = _options.Self.Id,
            }),
            Runner = new WorkerThreadRunner(_time, WatchOf(_options), _events),
            Completions = new ThreadPoolCompletionQueue(),
            Time = _time,
            Prng = new Prng(RandomBits()),
            Events = _events,
        });
    }

    private static StoreOptions StoreOptionsOf(ServerOptions options) => new()
    {
        Store = new StoreId(options.Self.Id),
        ClusterId = options.ClusterId,
        Incarnation = new Incarnation(RandomBits(), RandomBits()),
        Boot = new BootId(RandomBits()),
        Peers = [.. options.Members.Where(one => one.Id != options.Self.Id).Select(one => new StoreId(one.Id))],
        ElectionTimeout = options.ElectionTimeout,
        HeartbeatInterval = options.HeartbeatInterval,
        ElectionRoundTrip = options.ElectionRoundTrip,
        SnapshotEntries = options.SnapshotEntries,
        SnapshotGrowthPercent = options.SnapshotGrowthPercent,
        CommandBytesMax = options.RequestBytesMax + CommandOverheadBytes,
    };

    private static WorkerThreadOptions WatchOf(ServerOptions options)
    {
        var half = options.HeartbeatInterval / 2;
        return new WorkerThreadOptions
        {
            SlowCallLimit = half > _slowCallMin ? half : _slowCallMin,
            StallLimit = options.ElectionTimeout,
        };
    }

    // The store makes its own directory, and its parent's entry durable; what is above is made here.
    private void CreateParent(string path)
    {
        if (Path.GetDirectoryName(path) is { } parent && !_files.DirectoryExists(parent))
        {
            CreateParent(parent);
            _files.CreateDirectory(parent);
            _files.SyncDirectory(Path.GetDirectoryName(parent) ?? parent);
        }
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
        var kestrelOptions = new GrpcKestrelOptions
        {
            ConnectionsMax = ClientConnections.MaxOf(OpenFiles.GetLimit()),
        };
        builder.WebHost.UseGrpcKestrel(kestrelOptions);
        builder.WebHost.UseSockets(sockets => sockets.CreateBoundListenSocket = _clients.Take);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            foreach (var endpoint in _options.ClientEndpoints)
            {
                kestrel.ListenGrpc(endpoint, kestrelOptions, _time);
            }
        });
        var limits = new EtcdServiceOptions
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
        };
        var services = EtcdServices.Build(limits, store.Groups, _time);
        var metrics = new ServerMetrics(store.Groups, _events, _syncs, limits, services, _time);
        var http = new HttpDoors(metrics, _events, store.Groups, _options.QuotaBytes, _time);
        var app = builder.Build();
        var calls = new GrpcServerOptions { ReceiveBytesMax = _options.RequestBytesMax + ReceiveOverheadBytes };
        app.UseGrpc(services, calls, _time, _health);
        app.Run(http.AnswerAsync);
        return app;
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
