using System.Net;
using Sampan.Base;
using Sampan.Io;
using Sampan.Model;
using Sampan.MultiRaft;
using Sampan.MultiRaft.Abstractions;
using Sampan.Raft.Events;
using Sampan.Store;

namespace Sampan.Transport.Tests;

/// <summary>
/// A real store, with a real transport on the loopback, real files and threads: number 2, the only voter of its group.
/// Store 1 bears a learner, and dials.
/// </summary>
internal sealed class TestStore : IStateMachineFactory, IStoreEvents, IWorkerAlarm, IDisposable
{
    private static readonly GroupId _group = new(1);
    private readonly TestHandler _events = new(2, 20);
    private readonly PeerTransport _transport;
    private readonly BuiltStore _store;
    private readonly TaskCompletionSource _failure = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A store that starts, from what is in a directory.</summary>
    public TestStore(string path)
    {
        var time = new BootTimeProvider();
        _transport = new PeerTransport(
            new PeerTransportOptions
            {
                Store = new StoreId(2),
                Listen = new IPEndPoint(IPAddress.Loopback, 0),
                Peers = [],
                // Whoever was cut off is soon heard again.
                RedialMin = TimeSpan.FromTicks(1),
                RedialMax = TimeSpan.FromTicks(1),
            },
            time,
            new Prng(2),
            _events);
        var watch = new WorkerThreadOptions
        {
            SlowCallLimit = TimeSpan.FromSeconds(10),
            StallLimit = TimeSpan.FromSeconds(60),
        };
        _store = StoreBuilder.Build(new StoreParts
        {
            Options = new StoreOptions
            {
                Store = new StoreId(2),
                ClusterId = 1,
                Incarnation = Incarnation,
                Boot = new BootId(20),
                ElectionTimeout = TimeSpan.FromMilliseconds(200),
                HeartbeatInterval = TimeSpan.FromMilliseconds(20),
                ElectionRoundTrip = TimeSpan.FromMilliseconds(5),
            },
            Files = new OsFileSystem(),
            DataPath = path,
            SegmentBytes = 16 * 1024 * 1024,
            Transport = _transport,
            Machines = this,
            Runner = new WorkerThreadRunner(time, watch, this),
            Completions = new ThreadPoolCompletionQueue(),
            Time = time,
            Prng = new Prng(1),
            Events = this,
        });
        _store.Start();
    }

    /// <summary>Of its directory.</summary>
    public static Incarnation Incarnation { get; } = new(2, 2);

    /// <summary>Where it listens.</summary>
    public IPEndPoint Endpoint => _transport.Endpoint;

    /// <summary>Its group, once it is there.</summary>
    public IRaftGroup Group => _store.Groups.TryGet(_group, out var group)
        ? group
        : throw new InvalidOperationException("the group is gone");

    /// <summary>Why streams were ended, those that were told.</summary>
    public IEnumerable<string> Said => _events.Said;

    /// <summary>Creates the group.</summary>
    public Task CreateAsync() => _store.Groups.CreateAsync(
        _group,
        Configuration.Of(
            [new Member(new ReplicaId(1), new StoreId(2))], [new Member(new ReplicaId(2), new StoreId(1))]),
        CancellationToken.None).AsTask();

    /// <summary>Writes, however often it takes; fails if the store does.</summary>
    public async Task WriteAsync()
    {
        while (true)
        {
            Assert.Null(Group.Status.Failure);
            var write = Group.ProposeAsync(new byte[8], CancellationToken.None).AsTask();
            await await Task.WhenAny(write.ContinueWith(_ => { }, TaskScheduler.Default), _failure.Task);
            if (write.IsCompletedSuccessfully)
            {
                return;
            }

            Assert.IsType<RaftException>(write.Exception?.InnerException);
            await Task.Yield();
        }
    }

    /// <inheritdoc/>
    public IStateMachine Create(GroupId group) => new DeafMachine();

    /// <inheritdoc/>
    public void Delete(GroupId group)
    {
    }

    /// <inheritdoc/>
    public void OnRaftEvent(GroupId group, RaftEvent happened)
    {
    }

    /// <inheritdoc/>
    public void OnRemark(string remark)
    {
    }

    /// <inheritdoc/>
    public void WorkerFailed(string worker, Exception cause) => _failure.TrySetException(cause);

    /// <inheritdoc/>
    public void WorkerSlow(string worker)
    {
    }

    /// <inheritdoc/>
    public void WorkerStalled(string worker)
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _store.Dispose();
        _transport.Dispose();
    }

    private sealed class DeafMachine : IStateMachine, ISnapshotWriter
    {
        public ulong AppliedIndex => 0;

        public void Apply(ApplyContext context, ReadOnlySpan<Command> commands)
        {
            for (var i = 0; i < commands.Length; i++)
            {
                context.SetResult(i, Array.Empty<byte>());
            }
        }

        public void Read(ReadContext context, ReadOnlyMemory<byte> query) => context.Return(Array.Empty<byte>());

        public ISnapshotWriter BeginSnapshot() => this;

        public bool WriteNext(ISnapshotSink sink)
        {
            sink.BeginFile("nothing");
            return false;
        }

        public void Install(ISnapshotSource snapshot)
        {
        }

        public void Dispose()
        {
        }
    }
}
