using Microsoft.Extensions.Logging;
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

    private long _leaderChanges;
    private ulong _lastLeader;
    private ulong _lastTerm;

    /// <summary>Events for this logger.</summary>
    public ServerEvents(ILogger logger) => _logger = logger;

    /// <summary>Ends, with the reason, when the store cannot go on.</summary>
    public Task<string> Failure => _failure.Task;

    /// <summary>How often another member became leader, as seen here.</summary>
    public long LeaderChanges => Interlocked.Read(ref _leaderChanges);

    /// <inheritdoc/>
    public void OnRaftEvent(GroupId group, RaftEvent happened)
    {
        // One group worker tells, so these fields have one writer.
        if (happened.Leader != ReplicaId.None
            && (happened.Leader.Value != _lastLeader || happened.Term != _lastTerm))
        {
            _lastLeader = happened.Leader.Value;
            _lastTerm = happened.Term;
            Interlocked.Increment(ref _leaderChanges);
            Log.Leader(_logger, group.Value, happened.Leader.Value, happened.Term);
        }
    }

    /// <inheritdoc/>
    public void OnRemark(string remark) => Log.Remark(_logger, remark);

    /// <inheritdoc/>
    public void OnConnected(StoreId store, string address) => Log.Connected(_logger, store.Value, address);

    /// <inheritdoc/>
    public void OnLost(StoreId store, string reason) => Log.Lost(_logger, store.Value, reason);

    /// <inheritdoc/>
    public void OnRefused(string whom, string reason) => Log.Refused(_logger, whom, reason);

    /// <inheritdoc/>
    public void OnIntruder(string address, string reason) => Log.Intruder(_logger, address, reason);

    /// <inheritdoc/>
    public void WorkerFailed(string worker, Exception cause)
    {
        Log.Failed(_logger, worker, cause.Message);
        _failure.TrySetResult($"{worker} failed: {cause.Message}");
    }

    /// <inheritdoc/>
    public void WorkerSlow(string worker) => Log.Slow(_logger, worker);

    /// <inheritdoc/>
    public void WorkerStalled(string worker) => Log.Stalled(_logger, worker);
}
