using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Events;
using Sampan.Raft.Membership;

namespace Sampan.Raft.Log;

/// <summary>What a follower lets a leader do to its log (dissertation, 3.5, 3.6, 5), and what it answers.</summary>
internal sealed class FollowerLog
{
    private readonly ReplicaOptions _options;
    private readonly Standing _standing;
    private readonly RaftLog _log;
    private readonly PersistQueue _persist;
    private readonly Outbox _outbox;
    private readonly ConfigurationHistory _history;
    private readonly Removals _removals;

    /// <summary>The follower's side of <paramref name="log"/>.</summary>
    public FollowerLog(
        ReplicaOptions options,
        Standing standing,
        RaftLog log,
        PersistQueue persist,
        Outbox outbox,
        ConfigurationHistory history,
        Removals removals)
    {
        _options = options;
        _standing = standing;
        _log = log;
        _persist = persist;
        _outbox = outbox;
        _history = history;
        _removals = removals;
    }

    /// <summary>
    /// No usable state is left at this store; a snapshot at or above this index is awaited. 0: none is.
    /// </summary>
    public ulong NeedSnapshotIndex { get; set; }

    /// <summary>Takes the entries of an append; returns whether another configuration is the newest now.</summary>
    public bool Append(Message message)
    {
        if (!HoldsPrevious(message))
        {
            Reject(message);
            return false;
        }

        var first = _log.FindFirstNew(message.Entries);
        var changed = first > 0 && TakeEntries(message.Entries, first);

        // What this very append verified, and nothing beyond: behind it there may be entries of another leader (B2,
        // B6).
        var verified = message.Index + (ulong)message.Entries.Count;
        CommitTo(Math.Min(message.Commit, verified));
        Answer(message, MessageKind.AppendResponse, verified);
        return changed;
    }

    /// <summary>
    /// The leader says that everything up to <paramref name="commit"/>, which is held here, is committed.
    /// </summary>
    public void CommitTo(ulong commit)
    {
        var previous = _log.Commit;
        if (_log.CommitTo(commit))
        {
            _removals.Committed(previous, _log.Commit);
        }
    }

    /// <summary>Answers a leader's message, claiming the log up to <paramref name="index"/>.</summary>
    public void Answer(Message message, MessageKind kind, ulong index) =>
        _outbox.SendClaim(AnswerTo(message, kind, index), index);

    /// <summary>
    /// Takes a snapshot that was received whole and is durable in its files; returns whether another configuration is
    /// the newest now.
    /// </summary>
    public bool Install(Message message)
    {
        Invariant.Holds(message.Snapshot is not null);
        var snapshot = message.Snapshot;
        var index = snapshot.Last.Index;
        var isAwaited = NeedSnapshotIndex > 0 && index >= NeedSnapshotIndex;
        var replaces = false;
        if (_log.Matches(snapshot.Last) && (isAwaited || index >= _log.Commit))
        {
            // The log and its suffix stay; at most the state machine needs it.
            CommitTo(index);
            if (isAwaited)
            {
                Accept(snapshot, keepsLog: true);
            }
        }
        else if (index > _log.Commit)
        {
            // A log that is too short, or whose entry there conflicts, gives way as a whole (E2).
            var previous = _log.Commit;
            _log.Replace(snapshot);
            _history.Replace(snapshot.Configuration);
            _removals.Committed(previous, _log.Commit);
            Accept(snapshot, keepsLog: false);
            replaces = true;
        }

        // Where neither holds it is older than what is committed here: acknowledged, and nothing changes (E1).
        var answer = AnswerTo(message, MessageKind.AppendResponse, index);
        if (_persist.Snapshot is null)
        {
            _outbox.SendClaim(answer, index);
        }
        else
        {
            _outbox.SendAfterSnapshot(answer, index);
        }

        return replaces;
    }

    private void Accept(SnapshotMeta snapshot, bool keepsLog)
    {
        NeedSnapshotIndex = 0;
        _persist.Install(snapshot, keepsLog);
        _outbox.Emit(RaftEventKind.SnapshotAccepted, snapshot.Last.Index);
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

    private Message AnswerTo(Message message, MessageKind kind, ulong index) => new()
    {
        Kind = kind,
        Group = _options.Group,
        From = _options.Replica,
        To = message.From,
        Term = _standing.Term,
        Index = index,
        Round = message.Round,
        Stamp = message.Stamp,
        ElectionTimeout = _options.ElectionTimeout,
        NeedSnapshotIndex = NeedSnapshotIndex,
    };

    private void Reject(Message message)
    {
        var conflict = _log.ConflictAt(message.Index);
        _outbox.SendClaim(new Message
        {
            Kind = MessageKind.AppendResponse,
            Group = _options.Group,
            From = _options.Replica,
            To = message.From,
            Term = _standing.Term,
            Index = message.Index,
            Reject = true,
            ConflictTerm = conflict.Term,
            ConflictIndex = conflict.Index,
            Stamp = message.Stamp,
            ElectionTimeout = _options.ElectionTimeout,
            NeedSnapshotIndex = NeedSnapshotIndex,
        });
    }

    private bool TakeEntries(IReadOnlyList<Entry> entries, ulong first)
    {
        var changed = false;
        if (first <= _log.LastIndex)
        {
            _log.TruncateFrom(first);
            _outbox.Emit(RaftEventKind.LogTruncated, first);
            if (_history.TruncateFrom(first))
            {
                ReportNewest();
                changed = true;
            }
        }

        foreach (var entry in entries)
        {
            if (entry.Index < first)
            {
                continue;
            }

            Invariant.Holds(entry.Term <= _standing.Term, entry.Term, _standing.Term);
            _log.Append(entry);
            if (entry.Kind == EntryKind.Configuration)
            {
                Invariant.Holds(ConfigurationCodec.TryDecode(entry.Payload.Span, out var configuration));
                _history.Append(new ConfigurationEntry(entry.Index, configuration));
                ReportNewest();
                changed = true;
            }
        }

        return changed;
    }

    private void ReportNewest()
    {
        var newest = _history.Newest;
        _removals.Appended(newest.Configuration);
        _outbox.Emit(RaftEventKind.ConfigurationChanged, newest.Index, newest.Configuration);
    }
}
