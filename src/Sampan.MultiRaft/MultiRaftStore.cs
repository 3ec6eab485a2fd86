using System.Diagnostics.CodeAnalysis;
using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Applying;
using Sampan.MultiRaft.Doors;
using Sampan.MultiRaft.Groups;
using Sampan.MultiRaft.Logs;
using Sampan.MultiRaft.Snapshots;
using Sampan.MultiRaft.Stores;

namespace Sampan.MultiRaft;

/// <summary>
/// All groups of one store: wires the workers, starts and stops them. It never exits the process; a failure (a disk
/// that can no longer be trusted, an impossible state) stops all of it, answers whoever waits, and is told once.
/// </summary>
public sealed class MultiRaftStore : IGroupDirectory
{
    private readonly StoreOptions _options;
    private readonly StoreLeaves _leaves;
    private readonly PendingRequestPool _pool = new();
    private readonly GroupTable _table = new();
    private readonly GroupMailbox[] _mailboxes;
    private readonly GroupWorker[] _groupWorkers;
    private readonly ApplyWorker _applyWorker;
    private readonly SnapshotWorker _snapshotWorker;
    private readonly TransportInbox _inbox;
    private readonly OpenRequests _requests;
    private readonly TaskCompletionSource<StoreFailure> _failed = new();

    /// <summary>
    /// Builds a store that does not run yet: replicas found on disk are made, their snapshots installed. Throws
    /// <see cref="ArgumentException"/> for a bad setting, <see cref="StorageDamagedException"/> for what cannot be
    /// used.
    /// </summary>
    public MultiRaftStore(StoreOptions options, StoreThreads threads, StoreLeaves leaves)
    {
        options.Validate();
        threads.Validate();
        _options = options;
        _leaves = leaves;
        _requests = new OpenRequests(options, leaves.Completions);
        var clock = new MonotonicClock(leaves.Time);
        var logWriter = new LogWriter(options, leaves.Log, leaves.Transport, clock);
        var logReader = new LogReader(options, leaves.Log);
        _snapshotWorker = new SnapshotWorker(
            options, leaves.Snapshots, leaves.Transport, leaves.Completions, logWriter, clock);
        _applyWorker = new ApplyWorker(
            options, clock, leaves.Completions, leaves.Machines, leaves.Snapshots, _snapshotWorker, threads.ApplySlice);
        var workers = new StoreWorkers
        {
            Options = options,
            Clock = clock,
            Transport = leaves.Transport,
            Completions = leaves.Completions,
            LogWriter = logWriter,
            LogReader = logReader,
            ApplyWorker = _applyWorker,
            SnapshotWorker = _snapshotWorker,
            Observer = leaves.Observer,
        };
        var identity = new IdentityWorker(options, leaves, logWriter, clock);
        _mailboxes = new GroupMailbox[threads.GroupWorkers];
        _groupWorkers = new GroupWorker[threads.GroupWorkers];
        for (var i = 0; i < _mailboxes.Length; i++)
        {
            _mailboxes[i] = new GroupMailbox(options, leaves.Completions, _requests);
        }

        _inbox = new TransportInbox(
            _mailboxes,
            identity,
            _snapshotWorker,
            leaves.Transport,
            new MessageChecks(options.Store, leaves.Log));
        for (var i = 0; i < _groupWorkers.Length; i++)
        {
            _groupWorkers[i] = MakeGroupWorker(i, workers, identity);
        }

        Compose(threads, identity, logWriter, logReader);
        KeepElectionTimeout(identity, clock.Now);
    }

    /// <summary>
    /// Ends, with the cause, when the store has failed: a worker threw, and none begins anything any more. Requests are
    /// answered as stopped, new ones refused, as soon as the calls under way have ended; the store is still to be
    /// stopped by its owner. Never ends otherwise. What continues it runs where completions do, not on a worker.
    /// </summary>
    public Task<StoreFailure> Failed => _failed.Task;

    /// <summary>Starts the workers, then the transport.</summary>
    public void Start()
    {
        _leaves.Runner.Start(new Owner(this));
        _leaves.Transport.Start(_inbox);
    }

    /// <summary>
    /// Stops the transport, then the workers; everything that waits fails as stopped. Idempotent. What was acknowledged
    /// is durable; what was not is unknown, unless the answer says that it was not applied.
    /// </summary>
    public void Stop(string reason)
    {
        _requests.Close(reason);
        _leaves.Transport.Stop();
        _leaves.Runner.Stop();
        // Where it was never started, nobody has told that no worker runs.
        End();
    }

    /// <inheritdoc/>
    public IReadOnlyList<IRaftGroup> List() => _table.List();

    /// <inheritdoc/>
    public bool TryGet(GroupId group, [NotNullWhen(true)] out IRaftGroup? found) => _table.TryGet(group, out found);

    /// <inheritdoc/>
    public ValueTask CreateAsync(GroupId group, Configuration initial, CancellationToken cancellation) =>
        Post(RequestKind.Create, group, initial, cancellation);

    /// <inheritdoc/>
    public ValueTask RemoveAsync(GroupId group, CancellationToken cancellation) =>
        Post(RequestKind.Remove, group, null, cancellation);

    private ValueTask Post(
        RequestKind kind, GroupId group, Configuration? initial, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellation);
        }

        var request = _pool.Rent();
        request.Begin(kind, group, null, default, initial);
        var token = request.Token;
        request.ObserveCancellation(cancellation);
        _inbox.MailboxOf(group).Post(request);
        return new ValueTask(request, token);
    }

    // No worker runs any more. First the waiters: what is released afterwards may take its time, or fail.
    private void End()
    {
        if (_requests.FailAll() is not { } reason)
        {
            return;
        }

        foreach (var worker in _groupWorkers)
        {
            worker.End(reason);
        }

        _snapshotWorker.End(_leaves.Observer.OnRemark);
        _leaves.Transport.Stop();
    }

    private GroupWorker MakeGroupWorker(int number, StoreWorkers workers, IdentityWorker identity)
    {
        var mailbox = _mailboxes[number];
        var share = new WorkerShare(number, _groupWorkers.Length, _pool);
        var factory = new ReplicaFactory(
            workers, _leaves.Machines, _leaves.Snapshots, _table, share, _leaves.Prng.Fork(), StoredTimeout());
        var hosts = new List<ReplicaHost>();
        var tombstones = new Dictionary<GroupId, ReplicaId>();
        var remarks = new List<string>();
        foreach (var found in _leaves.Recovered.Groups)
        {
            if (_inbox.MailboxOf(found.Group) != mailbox)
            {
                continue;
            }

            tombstones[found.Group] = found.Tombstone;
            if (found.Replica != ReplicaId.None)
            {
                hosts.Add(factory.Recover(found, mailbox, remarks));
            }
            else
            {
                factory.Clear(found.Group, remarks);
            }
        }

        foreach (var remark in remarks)
        {
            _leaves.Observer.OnDamage(remark);
        }

        return new GroupWorker($"group-{number}", workers, mailbox, factory, identity, hosts, tombstones);
    }

    private TimeSpan StoredTimeout()
    {
        foreach (var record in _leaves.Recovered.Records)
        {
            if (record.Kind == StoreRecordKind.ElectionTimeout)
            {
                return record.ElectionTimeout;
            }
        }

        return TimeSpan.Zero;
    }

    // Leases rest on T, over restarts too. A longer one is durable before anything here could promise it; a shorter one
    // is recorded when nobody can rest on the former any more, however often this store starts meanwhile.
    private void KeepElectionTimeout(IdentityWorker identity, Instant now)
    {
        var stored = StoredTimeout();
        if (_options.ElectionTimeout > stored)
        {
            _leaves.Log.Append([], [IdentityWorker.RecordOf(_options.ElectionTimeout)]);
        }
        else if (_options.ElectionTimeout < stored)
        {
            identity.RecordElectionTimeout(now.After(stored));
        }
    }

    private void Compose(StoreThreads threads, IdentityWorker identity, LogWriter logWriter, LogReader logReader)
    {
        const string Raft = "raft";
        for (var i = 0; i < _groupWorkers.Length; i++)
        {
            var thread = threads.IsFused && i == 0 ? Raft : _groupWorkers[i].Name;
            _mailboxes[i].Bind(_leaves.Runner.Add(_groupWorkers[i], thread));
        }

        _applyWorker.Bind(_leaves.Runner.Add(_applyWorker, threads.IsFused ? Raft : _applyWorker.Name));
        logWriter.Bind(_leaves.Runner.Add(logWriter, threads.IsFused ? Raft : logWriter.Name));
        logReader.Bind(_leaves.Runner.Add(logReader, logReader.Name));
        _snapshotWorker.Bind(_leaves.Runner.Add(_snapshotWorker, _snapshotWorker.Name), _applyWorker);
        identity.Bind(_leaves.Runner.Add(identity, identity.Name));
    }

    private sealed class Owner(MultiRaftStore store) : IWorkerOwner
    {
        public void WorkerFailed(string worker, Exception cause)
        {
            store._requests.Close($"the store has failed: {worker}: {cause.Message}");
            var failure = new StoreFailure(worker, cause);
            store._leaves.Completions.Enqueue(new FailureNotice(store._failed, failure));
        }

        public void WorkersEnded() => store.End();
    }

    private sealed class FailureNotice(TaskCompletionSource<StoreFailure> failed, StoreFailure failure) : ICompletion
    {
        public void Complete() => failed.SetResult(failure);
    }
}
