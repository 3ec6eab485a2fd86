using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Events;

namespace Sampan.Raft;

/// <content>What a follower does with a leader's messages (dissertation, 3.5, 3.6, 5).</content>
public sealed partial class RaftReplica
{
    private void HandleAppend(Message message)
    {
        HearLeader(message.From);
        if (!HoldsPrevious(message))
        {
            RejectAppend(message);
            return;
        }

        var first = _log.FindFirstNew(message.Entries);
        if (first > 0)
        {
            TakeEntries(message.Entries, first);
        }

        // What this very append verified, and nothing beyond: behind it there may be entries of another leader (B2, B6).
        var verified = message.Index + (ulong)message.Entries.Count;
        RaiseCommit(Math.Min(message.Commit, verified));
        SendClaim(AnswerTo(message, MessageKind.AppendResponse, verified), verified);
    }

    /// <summary>
    /// Committed entries are the leader's too (leader completeness), even where they are compacted here; above them the
    /// terms decide.
    /// </summary>
    private bool HoldsPrevious(Message message)
    {
        if (message.Index > _log.Commit)
        {
            return _log.Matches(new LogId(message.LogTerm, message.Index));
        }

        Invariant.Holds(
            !_log.TryGetTerm(message.Index, out var term) || term == message.LogTerm, message.Index, message.LogTerm);
        return true;
    }

    private void RejectAppend(Message message)
    {
        var conflict = _log.ConflictAt(message.Index);
        SendClaim(new Message
        {
            Kind = MessageKind.AppendResponse,
            Group = _options.Group,
            From = _options.Replica,
            To = message.From,
            Term = _term,
            Index = message.Index,
            Reject = true,
            ConflictTerm = conflict.Term,
            ConflictIndex = conflict.Index,
            Stamp = message.Stamp,
            ElectionTimeout = _options.ElectionTimeout,
            NeedSnapshotIndex = _needSnapshotIndex,
        });
    }

    private void TakeEntries(IReadOnlyList<Entry> entries, ulong first)
    {
        if (first <= _log.LastIndex)
        {
            _log.TruncateFrom(first);
            Emit(RaftEventKind.LogTruncated, first);
            if (_history.TruncateFrom(first))
            {
                AdoptConfiguration();
            }
        }

        foreach (var entry in entries)
        {
            if (entry.Index < first)
            {
                continue;
            }

            Invariant.Holds(entry.Term <= _term, entry.Term, _term);
            _log.Append(entry);
            if (entry.Kind == EntryKind.Configuration)
            {
                TakeConfiguration(entry);
            }
        }
    }

    private void TakeConfiguration(Entry entry)
    {
        Invariant.Holds(ConfigurationCodec.TryDecode(entry.Payload.Span, out var configuration));
        _history.Append(new ConfigurationEntry(entry.Index, configuration));
        AdoptConfiguration();
    }

    private void RaiseCommit(ulong commit)
    {
        var previous = _log.Commit;
        if (_log.CommitTo(commit))
        {
            ConfigurationsCommitted(previous);
        }
    }

    private void HandleHeartbeat(Message message)
    {
        HearLeader(message.From);
        RaiseCommit(message.Commit);
        SendClaim(AnswerTo(message, MessageKind.HeartbeatResponse, 0));
    }

    private void HandleCommit(Message message)
    {
        HearLeader(message.From);
        RaiseCommit(message.Commit);
    }

    private Message AnswerTo(Message message, MessageKind kind, ulong index) => new()
    {
        Kind = kind,
        Group = _options.Group,
        From = _options.Replica,
        To = message.From,
        Term = _term,
        Index = index,
        Round = message.Round,
        Stamp = message.Stamp,
        ElectionTimeout = _options.ElectionTimeout,
        NeedSnapshotIndex = _needSnapshotIndex,
    };

    /// <summary>A snapshot was received whole and is durable in its files.</summary>
    private void HandleSnapshot(Message message)
    {
        Invariant.Holds(message.Snapshot is not null);
        HearLeader(message.From);
        var snapshot = message.Snapshot;
        var index = snapshot.Last.Index;
        var isAwaited = _needSnapshotIndex > 0 && index >= _needSnapshotIndex;
        var holdsLast = _log.Matches(snapshot.Last);
        if (isAwaited)
        {
            _needSnapshotIndex = 0;
        }

        if (index < _log.Commit && !isAwaited)
        {
            // Older than what is committed here: acknowledged, and nothing changes (E1).
            SendClaim(AnswerTo(message, MessageKind.AppendResponse, index), index);
            return;
        }

        if (holdsLast)
        {
            // The log and its suffix stay; at most the state machine needs it.
            RaiseCommit(index);
            if (isAwaited)
            {
                _persist.Install(snapshot, keepsLog: true);
                Emit(RaftEventKind.SnapshotAccepted, index);
            }

            SendClaim(AnswerTo(message, MessageKind.AppendResponse, index), index);
            return;
        }

        // A log that is too short, or whose entry there conflicts, gives way as a whole (E2).
        Invariant.Holds(index >= _log.Commit, index, _log.Commit);
        _log.Replace(snapshot);
        _history.Replace(snapshot.Configuration);
        _persist.Install(snapshot, keepsLog: false);
        _snapshot = null;
        Emit(RaftEventKind.SnapshotAccepted, index);
        AdoptConfiguration();
        SendClaim(AnswerTo(message, MessageKind.AppendResponse, index), index);
    }
}
