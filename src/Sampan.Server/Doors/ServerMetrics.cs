using System.Globalization;
using System.Text;
using Sampan.Etcd.Machine;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Protocol.Etcd;

namespace Sampan.Server.Doors;

/// <summary>The store in Prometheus' text format, under etcd's names where the notion is the same.</summary>
internal sealed class ServerMetrics
{
    private readonly IGroupDirectory _groups;
    private readonly ServerEvents _events;
    private readonly long _quotaBytes;

    /// <summary>Metrics of this store.</summary>
    public ServerMetrics(IGroupDirectory groups, ServerEvents events, long quotaBytes)
    {
        _groups = groups;
        _events = events;
        _quotaBytes = quotaBytes;
    }

    /// <summary>All of them, as of now.</summary>
    public async Task<string> WriteAsync(CancellationToken cancellation)
    {
        var text = new StringBuilder();
        if (_groups.TryGet(EtcdGroup.Id, out var group))
        {
            await AddGroupAsync(text, group, cancellation).ConfigureAwait(false);
        }

        Counter(text, "etcd_server_leader_changes_seen_total", "Leaders seen.", _events.LeaderChanges);
        Gauge(text, "sampan_failed", "1 once the store cannot go on.", _events.Failure.IsCompleted ? 1 : 0);
        Gauge(text, "process_resident_memory_bytes", "Resident memory.", Environment.WorkingSet);
        Counter(
            text, "process_cpu_seconds_total", "Processor time.", Environment.CpuUsage.TotalTime.TotalSeconds);
        Gauge(text, "sampan_gc_heap_bytes", "Managed memory.", GC.GetTotalMemory(forceFullCollection: false));
        Counter(text, "sampan_gc_collections_total", "Collections of the oldest generation.", GC.CollectionCount(2));
        Gauge(text, "sampan_thread_pool_threads", "Threads of the pool.", ThreadPool.ThreadCount);
        return text.ToString();
    }

    private async Task AddGroupAsync(StringBuilder text, IRaftGroup group, CancellationToken cancellation)
    {
        var status = group.Status;
        Gauge(
            text, "etcd_server_has_leader", "Whether a leader is known.", status.Leader == ReplicaId.None ? 0 : 1);
        Gauge(text, "etcd_server_is_leader", "Whether this member leads.", status.IsLeader ? 1 : 0);
        Counter(text, "etcd_server_proposals_committed_total", "The commit index.", status.CommitIndex);
        Counter(text, "etcd_server_proposals_applied_total", "The applied index.", status.AppliedIndex);
        Gauge(
            text,
            "etcd_server_proposals_pending",
            "Entries in the log that are not committed.",
            status.LastIndex - Math.Min(status.LastIndex, status.CommitIndex));
        Gauge(text, "sampan_raft_term", "The term.", status.Term);
        Gauge(text, "sampan_log_first_index", "The log's first index.", status.FirstIndex);
        Gauge(text, "sampan_log_last_index", "The log's last index.", status.LastIndex);
        Gauge(text, "sampan_group_failed", "1 if the group has failed on this store.", status.Failure is null ? 0 : 1);
        Gauge(text, "etcd_server_quota_backend_bytes", "How much data there may be.", _quotaBytes);
        try
        {
            var read = await group.ReadAsync(
                EtcdCodec.Encode(EtcdQueryKind.Status, []), ReadConsistency.Local, cancellation).ConfigureAwait(false);
            EtcdCodec.Decode(read.Answer, out var bytes);
            var own = StatusResponse.Parser.ParseFrom(bytes.Span);
            Gauge(text, "etcd_mvcc_db_total_size_in_bytes", "Bytes of data.", own.DbSize);
            Gauge(text, "etcd_mvcc_db_total_size_in_use_in_bytes", "Bytes of data in use.", own.DbSizeInUse);
            Gauge(text, "etcd_debugging_mvcc_current_revision", "The revision.", own.Header.Revision);
        }
        catch (RaftException)
        {
            // A store without usable state has no sizes; the other figures say so.
        }
    }

    private static void Gauge(StringBuilder text, string name, string help, double value) =>
        Add(text, name, help, "gauge", value);

    private static void Counter(StringBuilder text, string name, string help, double value) =>
        Add(text, name, help, "counter", value);

    private static void Add(StringBuilder text, string name, string help, string type, double value) => text
        .Append("# HELP ").Append(name).Append(' ').Append(help).Append('\n')
        .Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n')
        .Append(name).Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
}
