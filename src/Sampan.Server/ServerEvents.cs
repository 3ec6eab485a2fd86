using Microsoft.Extensions.Logging;
using Sampan.Base;
using Sampan.Io;
using Sampan.Model;
using Sampan.MultiRaft;
using Sampan.Raft.Events;
using Sampan.Transport;

namespace Sampan.Server;

/// <summary>Hears what store, workers and transport tell, logs what an operator cares for, and counts. Any thread.
/// </summary>
internal sealed class ServerEvents : IStoreEvents, IPeerEvents, IWorkerAlarm
{
    private readonly ILogger _logger;
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
    private string? _lastRefusal;

    /// <summary>Events for this logger.</summary>
    public ServerEvents(ILogger logger) => _logger = logger;

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

    /// <summary>Why a handshake was refused, the last since a connection was opened; null: none was.</summary>
    public string? LastRefusal
    {
        get
        {
            // Guards the sentence.
            lock (_gate)
            {
                return _lastRefusal;
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
    public void OnRemark(string remark) => Log.Remark(_logger, remark);

    /// <inheritdoc/>
    public void OnConnected(StoreId store, string address)
    {
        // Guards the sentence.
        lock (_gate)
        {
            _lastRefusal = null;
        }

        Log.Connected(_logger, store.Value, address);
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
        // Guards the sentence and the count.
        lock (_gate)
        {
            _lastRefusal = reason;
            _refusals++;
        }

        Log.Refused(_logger, whom, reason);
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
        Log.Intruder(_logger, address, reason);
    }

    /// <inheritdoc/>
    public void WorkerFailed(string worker, Exception cause)
    {
        var reason = cause switch
        {
            FileSystemException { Failure: FileFailure.NoSpace } =>
                $"The store stops, since there is no room on its disk: {cause.Message}.",
            FileSystemException =>
                $"The store stops, since its disk can no longer be trusted: {cause.Message}.",
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
        Log.Slow(_logger, worker);
    }

    /// <inheritdoc/>
    public void WorkerStalled(string worker) => Log.Stalled(_logger, worker);

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
