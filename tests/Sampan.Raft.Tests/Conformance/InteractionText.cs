using System.Globalization;
using System.Text;
using Sampan.Model;
using Sampan.Raft.Progress;

namespace Sampan.Raft.Tests.Conformance;

/// <summary>Replicas, entries and messages in the words of the scripts.</summary>
internal sealed class InteractionText
{
    // How a membership change was proposed; a log entry here only holds its outcome.
    private readonly Dictionary<LogId, string> _changes = [];

    /// <summary>Remembers the words in which the change at a position was proposed.</summary>
    public void NameChange(LogId position, string words) => _changes[position] = words;

    /// <summary>An entry: term, index, type and content.</summary>
    public string Entry(Entry entry)
    {
        if (entry.Kind == EntryKind.Configuration)
        {
            // Nobody proposed leaving a joint state in words: the leader does it by itself.
            return $"{entry.Id} {_changes.GetValueOrDefault(entry.Id, "EntryConfChangeV2")}";
        }

        var payload = Encoding.UTF8.GetString(entry.Payload.Span);
        var escaped = payload.Replace("\\", "\\\\", StringComparison.Ordinal);
        return $"{entry.Id} EntryNormal \"{escaped.Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
    }

    /// <summary>A line of the table of roles. The scripts mean the configuration that is applied.</summary>
    public static string Role(RaftReplica replica)
    {
        var status = replica.Status;
        var isVoter = replica.ConfigurationAt(replica.AppliedIndex).Configuration.IsVoter(status.Replica);
        var part = isVoter ? "Voter" : "Non-Voter";
        return $"{status.Replica}: State{status.Role} ({part}) Term:{status.HardState.Term} Lead:{status.Leader}";
    }

    /// <summary>A line of the table of progress.</summary>
    public static string Progress(ProgressStatus member)
    {
        // In the scripts the next index of a member that waits for a snapshot is the one behind it.
        var isSnapshot = member.State == ProgressState.Snapshot;
        var next = isSnapshot ? member.PendingSnapshotIndex + 1 : member.Next;
        var line = $"{member.Replica}: State{member.State} match={member.Match} next={next}";
        line += member.IsLearner ? " learner" : string.Empty;
        line += member.IsPaused ? " paused" : string.Empty;
        line += isSnapshot ? $" pendingSnap={member.PendingSnapshotIndex}" : string.Empty;
        line += member.IsActive ? string.Empty : " inactive";
        line += member.Inflight > 0 ? $" inflight={member.Inflight}" : string.Empty;
        return member.IsInflightFull ? line + "[full]" : line;
    }

    /// <summary>The type of a message.</summary>
    public static string Type(MessageKind kind) => kind switch
    {
        MessageKind.PreVote => "MsgPreVote",
        MessageKind.PreVoteResponse => "MsgPreVoteResp",
        MessageKind.Vote => "MsgVote",
        MessageKind.VoteResponse => "MsgVoteResp",
        MessageKind.Append or MessageKind.Commit => "MsgApp",
        MessageKind.AppendResponse => "MsgAppResp",
        MessageKind.Heartbeat => "MsgHeartbeat",
        MessageKind.HeartbeatResponse => "MsgHeartbeatResp",
        MessageKind.Snapshot => "MsgSnap",
        MessageKind.TimeoutNow => "MsgTimeoutNow",
        _ => kind.ToString(),
    };

    /// <summary>
    /// What of a message is compared. A rejected append's log term is a hint for the leader, which the two cores
    /// compute differently; it is left out.
    /// </summary>
    public static string Message(Message message)
    {
        var log = message.Kind is MessageKind.Append or MessageKind.Vote or MessageKind.PreVote
            ? message.LogTerm
            : 0;
        // The snapshot that a script starts from has term 1 there and term 0 here.
        log = message.Kind is not MessageKind.AppendResponse && message.Index > 0 ? Math.Max(log, 1) : log;
        return Message(
            message.From,
            message.To,
            Type(message.Kind),
            message.Term,
            new LogId(log, message.Index),
            message.Commit,
            message.Reject);
    }

    /// <summary>The same of a message that is only known by its parts.</summary>
    public static string Message(
        ReplicaId from, ReplicaId to, string type, ulong term, LogId log, ulong commit, bool reject) => string.Create(
            CultureInfo.InvariantCulture,
            $"{from}->{to} {type} Term:{term} Log:{log} Commit:{commit}{(reject ? " Rejected" : "")}");
}
