using Microsoft.Extensions.Logging;
using Sampan.Base;
using Sampan.Io;
using Sampan.Model;
using Sampan.MultiRaft;
using Sampan.Raft.Events;
using Sampan.Server.Stores;
using Sampan.Transport;

namespace Sampan.Server;

/// <summary>Hears what store, workers and transport tell, logs what an operator cares for, and counts. Any thread.
/// </summary>
internal sealed class ServerEvents : IStoreEvents, IPeerEvents, IWorkerAlarm
{
    // Workers that do little else than wait for the disk.
    private static readonly string[] _diskWorkers = ["log-writer", "log-reader", "log-spares", "snapshot-worker"];

    private readonly ILogger _logger;
    private readonly WorkerThreadOptions _watch;
    private readonly OperatorText _text;
    private readonly TaskCompletionSource<string> _failure =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Guards the fields below; what is told is rare, and nothing else is locked inside it.
    private readonly Lock _gate = new();
    private long _leaderChanges;
    private ulong _lastLeader;
    private ulong _lastTerm;
    private long _refusals;
    private long _peersLost;
    private long _slowCalls;
    private long _damages;
    private string? _lastRefusal;
    private string? _waiting;

    /// <summary>Events for this logger, of workers that are watched so, in these words.</summary>
    public ServerEvents(ILogger logger, WorkerThreadOptions watch, OperatorText text)
    {
        _logger = logger;
        _watch = watch;
        _text = text;
    }

    /// <summary>Ends, with the reason, when the store cannot go on.</summary>
    public Task<string> Failure => _failure.Task;

    /// <summary>How often another member became leader, as seen here.</summary>
    public long LeaderChanges => Read(ref _leaderChanges);

    /// <summary>How often a handshake was refused, by this store or by others, or somebody was cut off.</summary>
    public long Refusals => Read(ref _refusals);

    /// <summary>How many connections to others ended.</summary>
    public long PeersLost => Read(ref _peersLost);

    /// <summary>How many calls of workers were slow.</summary>
    public long SlowCalls => Read(ref _slowCalls);

    /// <summary>How often something on disk was not what this store had left there.</summary>
    public long Damages => Read(ref _damages);

    /// <summary>
    /// Why this store may have no leader: a handshake was refused, the last since a connection was opened, or it waits
    /// for others; null: nothing of the kind.
    /// </summary>
    public string? Complaint
    {
        get
        {
            // Guards the sentences.
            lock (_gate)
            {
                return _lastRefusal ?? _waiting;
            }
        }
    }

    /// <summary>The store cannot go on; only the first reason counts.</summary>
    public void Fail(string reason)
    {
        if (_failure.TrySetResult(reason))
        {
            Log.Failed(_logger, reason);
        }
    }

    /// <inheritdoc/>
    public void OnRaftEvent(GroupId group, RaftEvent happened)
    {
        if (happened.Kind != RaftEventKind.RoleChanged || happened.Leader == ReplicaId.None)
        {
            return;
        }

        // Guards the leader seen last and the count.
        lock (_gate)
        {
            if (happened.Leader.Value == _lastLeader && happened.Term == _lastTerm)
            {
                return;
            }

            _lastLeader = happened.Leader.Value;
            _lastTerm = happened.Term;
            _leaderChanges++;
        }

        Log.Leader(_logger, group.Value, happened.Leader.Value, happened.Term);
    }

    /// <inheritdoc/>
    public void OnRemark(string remark) => Log.Remark(_logger, _text.Of(remark));

    /// <inheritdoc/>
    public void OnWaiting(string? reason)
    {
        var told = reason is null ? null : _text.Of(reason);
        // Guards the sentence.
        lock (_gate)
        {
            _waiting = told;
        }

        if (told is null)
        {
            Log.TakesPart(_logger);
        }
        else
        {
            Log.Waiting(_logger, told);
        }
    }

    /// <inheritdoc/>
    public void OnDamage(string found)
    {
        Count(ref _damages);
        Log.Damage(_logger, found);
    }

    /// <inheritdoc/>
    public void OnConnected(StoreId store, string address)
    {
        // Guards the sentence.
        lock (_gate)
        {
            _lastRefusal = null;
        }

        Log.Connected(_logger, store.Value, OperatorText.AddressOf(address));
    }

    /// <inheritdoc/>
    public void OnLost(StoreId store, string reason)
    {
        Count(ref _peersLost);
        Log.Lost(_logger, store.Value, reason);
    }

    /// <inheritdoc/>
    public void OnRefused(string whom, string reason)
    {
        var told = _text.Of(reason);
        // Guards the sentence and the count.
        lock (_gate)
        {
            _lastRefusal = told;
            _refusals++;
        }

        Log.Refused(_logger, _text.Of(whom), told);
    }

    /// <inheritdoc/>
    public void OnSuppressed(string origin, long count)
    {
        // Guards the count.
        lock (_gate)
        {
            _refusals += count;
        }

        Log.Suppressed(_logger, origin, count);
    }

    /// <inheritdoc/>
    public void OnIntruder(string address, string reason)
    {
        Count(ref _refusals);
        Log.Intruder(_logger, OperatorText.AddressOf(address), reason);
    }

    /// <inheritdoc/>
    public void WorkerFailed(string worker, Exception cause)
    {
        var message = cause.Message.TrimEnd('.');
        var reason = cause switch
        {
            FileSystemException { Failure: FileFailure.NoSpace } =>
                $"The store stops, since there is no room on its disk: {message}.",
            FileSystemException { Failure: FileFailure.TooManyOpen } =>
                $"The store stops, since too many files are open (raise the limit, ulimit -n): {message}.",
            FileSystemException =>
                $"The store stops, since its disk can no longer be trusted: {message}.",
            InvariantViolationException =>
                $"The store stops, since {worker} found what is impossible (please report this): {cause.Message}",
            _ => $"The store stops, since {worker} failed: {cause.Message}",
        };
        if (cause is not FileSystemException)
        {
            Log.Trace(_logger, worker, cause);
        }

        Fail(reason);
    }

    /// <inheritdoc/>
    public void WorkerSlow(string worker)
    {
        Count(ref _slowCalls);
        var limit = _watch.SlowCallLimit.TotalMilliseconds;
        if (IsOfDisk(worker))
        {
            Log.SlowDisk(_logger, worker, limit);
        }
        else
        {
            Log.Slow(_logger, worker, limit);
        }
    }

    /// <inheritdoc/>
    public void WorkerStalled(string worker)
    {
        var limit = _watch.StallLimit.TotalMilliseconds;
        if (IsOfDisk(worker))
        {
            Log.StalledDisk(_logger, worker, limit);
        }
        else
        {
            Log.Stalled(_logger, worker, limit);
        }
    }

    private static bool IsOfDisk(string worker) => _diskWorkers.Contains(worker, StringComparer.Ordinal);

    private void Count(ref long counter)
    {
        // Guards the counts.
        lock (_gate)
        {
            counter++;
        }
    }

    private long Read(ref long counter)
    {
        // Guards the counts.
        lock (_gate)
        {
            return counter;
        }
    }
}
