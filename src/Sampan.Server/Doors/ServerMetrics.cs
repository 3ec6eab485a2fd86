using System.Globalization;
using Sampan.Etcd;
using Sampan.Etcd.Machine;
using Sampan.Grpc;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Protocol.Etcd;

namespace Sampan.Server.Doors;

/// <summary>The store in figures, under etcd's names where the notion is the same.</summary>
internal sealed class ServerMetrics
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(1);

    private readonly IGroupDirectory _groups;
    private readonly ServerEvents _events;
    private readonly DurationHistogram _syncs;
    private readonly EtcdServiceOptions _limits;
    private readonly IReadOnlyList<GrpcServiceDefinition> _services;
    private readonly TimeProvider _time;
    private readonly double _startedAt;

    /// <summary>Metrics of this store.</summary>
    public ServerMetrics(
        IGroupDirectory groups,
        ServerEvents events,
        DurationHistogram syncs,
        EtcdServiceOptions limits,
        IReadOnlyList<GrpcServiceDefinition> services,
        TimeProvider time)
    {
        _groups = groups;
        _events = events;
        _syncs = syncs;
        _limits = limits;
        _services = services;
        _time = time;
        _startedAt = time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;
    }

    /// <summary>All of them, as of now.</summary>
    public async Task<string> WriteAsync(CancellationToken cancellation)
    {
        var text = new MetricsText();
        if (_groups.TryGet(EtcdGroup.Id, out var group))
        {
            AddStatus(text, group.Status);
            await AddDataAsync(text, group, cancellation).ConfigureAwait(false);
        }

        AddStore(text);
        AddCalls(text);
        AddProcess(text);
        return text.ToString();
    }

    private static void AddStatus(MetricsText text, GroupStatus status)
    {
        text.Gauge(
            "etcd_server_has_leader", "Whether a leader is known.", status.Leader == ReplicaId.None ? 0 : 1);
        text.Gauge("etcd_server_is_leader", "Whether this member leads.", status.IsLeader ? 1 : 0);
        text.Gauge(
            "etcd_server_is_learner",
            "Whether this member is a learner.",
            status.Configuration.IsLearner(status.Replica) ? 1 : 0);
        text.Counter("etcd_server_proposals_committed_total", "The commit index.", status.CommitIndex);
        text.Counter("etcd_server_proposals_applied_total", "The applied index.", status.AppliedIndex);
        text.Gauge(
            "etcd_server_proposals_pending",
            "Entries of this member's log that are not committed.",
            status.LastIndex - Math.Min(status.LastIndex, status.CommitIndex));
        text.Gauge("sampan_raft_term", "The term.", status.Term);
        text.Gauge("sampan_log_first_index", "First index of the log.", status.FirstIndex);
        text.Gauge("sampan_log_last_index", "Last index of the log.", status.LastIndex);
        text.Gauge(
            "sampan_group_failed", "1 if the group has failed on this store.", status.Failure is null ? 0 : 1);
    }

    private async Task AddDataAsync(MetricsText text, IRaftGroup group, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(_patience, _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            var read = await group.ReadAsync(
                EtcdCodec.Encode(EtcdQueryKind.Status, []), ReadConsistency.Local, linked.Token).ConfigureAwait(false);
            EtcdCodec.Decode(read.Answer, out var bytes);
            var own = StatusResponse.Parser.ParseFrom(bytes.Span);
            text.Gauge("etcd_mvcc_db_total_size_in_bytes", "Bytes of data.", own.DbSize);
            text.Gauge("etcd_mvcc_db_total_size_in_use_in_bytes", "Bytes of data in use.", own.DbSizeInUse);
            text.Gauge(
                "sampan_nospace",
                "1 while there is more data than the quota, and puts are refused.",
                own.DbSize > _limits.QuotaBytes ? 1 : 0);
            text.Gauge("etcd_debugging_mvcc_current_revision", "The revision.", own.Header.Revision);
        }
        catch (RaftException)
        {
            // A store without usable state has no sizes; the other figures say so.
        }
        catch (OperationCanceledException)
        {
            // One that hangs neither.
        }
    }

    private void AddStore(MetricsText text)
    {
        text.Gauge("etcd_server_quota_backend_bytes", "How much data there may be.", _limits.QuotaBytes);
        text.Counter("etcd_server_leader_changes_seen_total", "Leaders seen.", _events.LeaderChanges);
        text.Histogram(
            "etcd_disk_wal_fsync_duration_seconds", "How long syncs of the log took.", _syncs);
        text.Family("etcd_server_id", "This member's id.", "gauge");
        var id = _limits.MemberId.ToString("x", CultureInfo.InvariantCulture);
        text.Sample("etcd_server_id", $"{{server_id=\"{id}\"}}", 1);
        text.Family("etcd_server_version", "The version of etcd that is answered for.", "gauge");
        text.Sample("etcd_server_version", $"{{server_version=\"{EtcdServiceOptions.EtcdVersion}\"}}", 1);
        text.Family("sampan_version", "The version of Sampan.", "gauge");
        text.Sample("sampan_version", $"{{sampan_version=\"{ProductVersion.Text}\"}}", 1);
        text.Counter(
            "sampan_disk_damages_total",
            "Files that were not what this store had left: set aside or left alone at the start.",
            _events.Damages);
        text.Counter(
            "sampan_peers_refused_total", "Handshakes refused, by this member or by others.", _events.Refusals);
        text.Counter("sampan_peers_lost_total", "Connections to other members that ended.", _events.PeersLost);
        text.Counter(
            "sampan_slow_calls_total", "Calls of workers that took longer than half a heartbeat.", _events.SlowCalls);
        text.Gauge("sampan_failed", "1 once the store cannot go on.", _events.Failure.IsCompleted ? 1 : 0);
    }

    private void AddCalls(MetricsText text)
    {
        var calls = _services.SelectMany(service => service.CountCalls()).ToArray();
        text.Family("grpc_server_started_total", "Calls that began.", "counter");
        foreach (var method in calls)
        {
            text.Sample("grpc_server_started_total", $"{{{LabelsOf(method)}}}", method.Started);
        }

        text.Family("grpc_server_handled_total", "Calls that ended, by status.", "counter");
        foreach (var method in calls)
        {
            foreach (var (code, count) in method.Ended)
            {
                var status = code == GrpcStatusCode.Ok ? "OK" : code.ToString();
                text.Sample("grpc_server_handled_total", $"{{grpc_code=\"{status}\",{LabelsOf(method)}}}", count);
            }
        }
    }

    private void AddProcess(MetricsText text)
    {
        text.Counter(
            "process_cpu_seconds_total", "Processor time.", Environment.CpuUsage.TotalTime.TotalSeconds);
        text.Gauge("process_resident_memory_bytes", "Resident memory.", Environment.WorkingSet);
        text.Gauge("process_start_time_seconds", "When the server was made, in Unix time.", _startedAt);
        text.Gauge("sampan_gc_heap_bytes", "Managed memory.", GC.GetTotalMemory(forceFullCollection: false));
        text.Counter("sampan_gc_collections_total", "Collections of the oldest generation.", GC.CollectionCount(2));
        text.Counter("sampan_gc_pause_seconds_total", "Time in collections.", GC.GetTotalPauseDuration().TotalSeconds);
        text.Gauge("sampan_thread_pool_threads", "Threads of the pool.", ThreadPool.ThreadCount);
    }

    private static string LabelsOf(GrpcMethodCalls method) =>
        $"grpc_method=\"{method.Method}\",grpc_service=\"{method.Service}\",grpc_type=\"{method.Kind}\"";
}
