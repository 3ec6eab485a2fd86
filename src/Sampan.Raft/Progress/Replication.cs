using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Events;
using Sampan.Raft.Log;

namespace Sampan.Raft.Progress;

/// <summary>
/// How a leader keeps its members' logs equal to its own (dissertation, 3.5, 3.6): appends, heartbeats, commit notices,
/// snapshots. What is committed is decided elsewhere.
/// </summary>
/// <remarks>
/// A leader's term is durable since its election, so everything sent here claims nothing that is not; its own entries
/// may be on their way to its disk, and count for it only when they are there (B14).
/// </remarks>
internal sealed class Replication
{
    private readonly ReplicaOptions _options;
    private readonly Standing _standing;
    private readonly RaftLog _log;
    private readonly Outbox _outbox;
    private readonly List<WantedEntries> _wanted = [];
    private readonly List<Entry> _scratch = [];

    /// <summary>A replication without members.</summary>
    public Replication(ReplicaOptions options, Standing standing, RaftLog log, Outbox outbox)
    {
        _options = options;
        _standing = standing;
        _log = log;
        _outbox = outbox;
        Tracker = new ProgressTracker(options.InflightMessagesMax, options.InflightBytesMax);
    }

    /// <summary>The members.</summary>
    public ProgressTracker Tracker { get; }

    /// <summary>When heartbeats are due.</summary>
    public Instant HeartbeatDue { get; private set; }

    /// <summary>The newest snapshot that can be sent; null if there is none.</summary>
    public SnapshotMeta? Snapshot { get; set; }

    /// <summary>
    /// A term as leader begins: nothing is known of anybody, and contact is assumed from now on. Of the members that
    /// only <paramref name="committed"/> names see <see cref="Adopt"/>.
    /// </summary>
    public void BecomeLeader(Configuration configuration, Configuration committed)
    {
        Tracker.Clear();
        Tracker.Adopt(configuration, _log.LastIndex + 1, _standing.Now, leaving: committed);
        HeartbeatDue = _standing.Now.After(_options.HeartbeatInterval);
        OwnEntriesDurable();
        Tracker.Find(_options.Replica)?.BecomeReplicate();
    }

    /// <summary>
    /// The configuration in force is another one. Members that only <paramref name="committed"/> still names count for
    /// nothing any more, but get the log until their removal is committed: so they read of it there, and need not come
    /// back to ask (A11).
    /// </summary>
    public void Adopt(Configuration configuration, Configuration committed)
    {
        Tracker.Adopt(configuration, Math.Max(_log.LastIndex, 1), _standing.Now, leaving: committed);
        OwnEntriesDurable();
    }

    /// <summary>
    /// <paramref name="configuration"/> is committed: whoever it does not name is told so, once, and forgotten.
    /// </summary>
    public void Dismiss(Configuration configuration)
    {
        if (!Tracker.HasLeaving)
        {
            return;
        }

        foreach (var member in Tracker.Members)
        {
            if (!configuration.Contains(member.Replica))
            {
                SendLastCommit(member);
            }
        }

        Tracker.Adopt(configuration, Math.Max(_log.LastIndex, 1), _standing.Now);
    }

    /// <summary>This leader steps down for good, and nobody may tell the members of the commit index later.</summary>
    public void SendLastCommits()
    {
        foreach (var member in Tracker.Members)
        {
            SendLastCommit(member);
        }
    }

    /// <summary>The leader's own disk is one among others: its entries count when they are durable.</summary>
    public void OwnEntriesDurable() => Tracker.Find(_options.Replica)?.MatchTo(_log.DurableIndex);

    /// <summary>The heartbeat clock struck.</summary>
    public void Heartbeat(ulong round)
    {
        HeartbeatDue = _standing.Now.After(_options.HeartbeatInterval);
        SendHeartbeats(round);
    }

    /// <summary>
    /// Tells all members that the leader is there, and of the newest read round. A round for reads does not put off the
    /// next heartbeat: with it goes the leader's own look at its clock.
    /// </summary>
    public void SendHeartbeats(ulong round)
    {
        foreach (var member in Tracker.Members)
        {
            if (member.Replica == _options.Replica)
            {
                continue;
            }

            // Only what this member is known to hold may be committed there (B2, B7).
            _outbox.Send(new Message
            {
                Kind = MessageKind.Heartbeat,
                Group = _options.Group,
                From = _options.Replica,
                To = member.Replica,
                Term = _standing.Term,
                Commit = Math.Min(member.Match, _log.Commit),
                Round = round,
                Stamp = _standing.Now,
            });
        }
    }

    /// <summary>Sends every member what it may be sent now.</summary>
    public void SendAppends()
    {
        foreach (var member in Tracker.Members)
        {
            var room = member.Replica != _options.Replica;
            while (room)
            {
                room = SendNext(member);
            }
        }
    }

    /// <summary>
    /// Tells members that hold committed entries and were not told so; needs no answer, causes no sync (O24).
    /// </summary>
    public void SendCommitNotices()
    {
        foreach (var member in Tracker.Members)
        {
            SendCommitNotice(member);
        }
    }

    /// <summary>Moves the requests for entries on disk into a Ready.</summary>
    public void MoveTo(Ready into)
    {
        into.Wanted.AddRange(_wanted);
        _wanted.Clear();
    }

    /// <summary>Entries that were wanted for a member, or none if they could not be read.</summary>
    public void EntriesAvailable(MemberProgress member, IndexRange range, ReadOnlySpan<Entry> entries)
    {
        if (member.Waiting.IsEmpty || member.Waiting != range)
        {
            return;
        }

        member.Waiting = default;
        if (range.FirstIndex != member.Next || member.State == ProgressState.Snapshot)
        {
            // It was moved on or back meanwhile, or needs a snapshot now.
            return;
        }

        if (entries.Length == 0)
        {
            // Compacted meanwhile, or unreadable: the resend clock decides when to look again.
            member.BecomeProbe(member.Next);
            member.Pause();
            return;
        }

        _scratch.Clear();
        var bytes = 0L;
        foreach (var entry in entries)
        {
            if (!_log.Matches(entry.Id) || (_scratch.Count > 0 && bytes + entry.SizeBytes > _options.AppendBytesMax))
            {
                break;
            }

            Invariant.Holds(entry.Index == range.FirstIndex + (ulong)_scratch.Count);
            _scratch.Add(entry);
            bytes += entry.SizeBytes;
        }

        if (_scratch.Count > 0 && !member.IsPaused && _log.TryGetTerm(member.Next - 1, out _))
        {
            SendAppend(member, bytes);
        }
    }

    /// <summary>What was sent to a member may be lost.</summary>
    public static void Unreachable(MemberProgress member)
    {
        if (member.State == ProgressState.Replicate)
        {
            member.BecomeProbe(member.Match + 1);
        }
    }

    /// <summary>The snapshot on its way to a member arrived, or did not.</summary>
    public static void SnapshotSent(MemberProgress member, bool succeeded)
    {
        if (member.State != ProgressState.Snapshot)
        {
            return;
        }

        member.BecomeProbe(succeeded ? member.PendingSnapshotIndex + 1 : member.Match + 1);
        // Where it arrived, its acknowledgement is on the way; where not, the resend clock gives it time.
        member.Pause();
    }

    /// <summary>
    /// A member accepted or refused an append or a snapshot; returns whether it is known to hold more.
    /// </summary>
    public bool AppendAnswered(MemberProgress member, Message message)
    {
        NoteAnswer(member, message);
        if (message.Reject)
        {
            // What refuses an append names a conflict. Without one it tells an earlier leader of a later term, and came
            // so late that this is the leader of that term: it says nothing of the log.
            if (message.ConflictIndex > 0)
            {
                AppendRejected(member, message);
            }

            return false;
        }

        // Only indexes that this term's appends carried, or a committed snapshot's, are ever acknowledged (B6).
        Invariant.Holds(message.Index <= _log.LastIndex, message.Index, _log.LastIndex);
        var isNews = member.MatchTo(message.Index);
        if (member.Match == _log.LastIndex)
        {
            // There is no gap left that an empty append could show.
            member.AppendDue = false;
        }

        switch (member.State)
        {
            case ProgressState.Probe when isNews || message.Index == member.Match:
                member.BecomeReplicate();
                break;
            case ProgressState.Snapshot when member.Match + 1 >= _log.FirstIndex && member.NeedSnapshotIndex == 0:
                // It caught up by the snapshot, or by appends that were under way: no report is needed (E9).
                member.BecomeReplicate();
                break;
            case ProgressState.Replicate:
                member.Inflights.FreeTo(message.Index);
                break;
            default:
                break;
        }

        return isNews;
    }

    /// <summary>A member answered a heartbeat: the one resend clock.</summary>
    public void HeartbeatAnswered(MemberProgress member, Message message)
    {
        NoteAnswer(member, message);
        member.Resume();
        if (member.State == ProgressState.Probe || member.Match < _log.LastIndex)
        {
            // An append or its answer may be lost; even an empty one shows the gap.
            member.AppendDue = true;
        }
    }

    /// <summary>The members for people.</summary>
    public ProgressStatus[] Describe()
    {
        var members = Tracker.Members;
        var described = new ProgressStatus[members.Length];
        for (var i = 0; i < members.Length; i++)
        {
            var member = members[i];
            var isSelf = member.Replica == _options.Replica;
            described[i] = new ProgressStatus(
                member.Replica,
                member.NeedSnapshotIndex > 0 ? ProgressState.Snapshot : member.State,
                member.Match,
                member.Next,
                member.IsLearner,
                !isSelf && member.IsPaused,
                member.Inflights.Count,
                member.Inflights.IsFull,
                member.PendingSnapshotIndex,
                isSelf || (member.HasAnswered && _standing.Now < member.ContactStamp.After(_options.ElectionTimeout)));
        }

        return described;
    }

    private void SendCommitNotice(MemberProgress member)
    {
        var commit = Math.Min(member.Match, _log.Commit);
        if (member.Replica == _options.Replica || commit <= member.CommitSent)
        {
            return;
        }

        member.CommitSent = commit;
        _outbox.Send(new Message
        {
            Kind = MessageKind.Commit,
            Group = _options.Group,
            From = _options.Replica,
            To = member.Replica,
            Term = _standing.Term,
            Commit = commit,
        });
    }

    /// <summary>
    /// A notice says no more than what a member is known to hold. Where its answers are still on their way, an empty
    /// append goes behind the last entry instead: the member itself checks that it holds that, and else refuses.
    /// </summary>
    private void SendLastCommit(MemberProgress member)
    {
        if (member.Match >= _log.Commit || member.Replica == _options.Replica)
        {
            SendCommitNotice(member);
            return;
        }

        _outbox.Send(new Message
        {
            Kind = MessageKind.Append,
            Group = _options.Group,
            From = _options.Replica,
            To = member.Replica,
            Term = _standing.Term,
            Index = _log.LastIndex,
            LogTerm = _log.LastTerm,
            Commit = _log.Commit,
            Stamp = _standing.Now,
        });
    }

    /// <summary>Sends the next append or asks for what it needs; returns whether another may follow at once.</summary>
    private bool SendNext(MemberProgress member)
    {
        if (member.State == ProgressState.Snapshot)
        {
            MaybeSendSnapshot(member);
            return false;
        }

        if (!member.Waiting.IsEmpty || (member.State == ProgressState.Probe && member.IsProbeSent))
        {
            return false;
        }

        var hasEntries = member.Next <= _log.LastIndex && !member.IsPaused;
        var isAsked = member.NeedSnapshotIndex > 0 && HasSnapshotFor(member);
        if (!hasEntries && !member.AppendDue && !isAsked)
        {
            return false;
        }

        if (isAsked || member.Next < _log.FirstIndex)
        {
            member.BecomeSnapshot(0);
            MaybeSendSnapshot(member);
            return false;
        }

        _scratch.Clear();
        if (hasEntries)
        {
            var range = new IndexRange(member.Next, _log.LastIndex + 1);
            if (_log.Read(range, _options.AppendBytesMax, _scratch) == 0)
            {
                member.Waiting = range;
                _wanted.Add(new WantedEntries(member.Replica, range));
                return false;
            }
        }

        var bytes = 0L;
        foreach (var entry in _scratch)
        {
            bytes += entry.SizeBytes;
        }

        SendAppend(member, bytes);
        return true;
    }

    /// <summary>Sends the entries in the scratch list, which begin at the member's next index.</summary>
    private void SendAppend(MemberProgress member, long bytes)
    {
        var previous = member.Next - 1;
        Invariant.Holds(_log.TryGetTerm(previous, out var previousTerm));
        var last = previous + (ulong)_scratch.Count;
        _outbox.Send(new Message
        {
            Kind = MessageKind.Append,
            Group = _options.Group,
            From = _options.Replica,
            To = member.Replica,
            Term = _standing.Term,
            Index = previous,
            LogTerm = previousTerm,
            Commit = _log.Commit,
            Entries = _scratch.Count == 0 ? [] : _scratch.ToArray(),
            Stamp = _standing.Now,
        });
        member.AppendSent(last, bytes);
        member.CommitSent = Math.Max(member.CommitSent, Math.Min(_log.Commit, last));
    }

    /// <summary>Sends the newest snapshot to a member that needs one, as soon as there is one that helps.</summary>
    private void MaybeSendSnapshot(MemberProgress member)
    {
        Invariant.Holds(member.State == ProgressState.Snapshot);
        if (member.PendingSnapshotIndex > 0 || Snapshot is null || !HasSnapshotFor(member))
        {
            return;
        }

        member.BecomeSnapshot(Snapshot.Last.Index);
        _outbox.Send(new Message
        {
            Kind = MessageKind.Snapshot,
            Group = _options.Group,
            From = _options.Replica,
            To = member.Replica,
            Term = _standing.Term,
            Snapshot = Snapshot,
            Stamp = _standing.Now,
        });
    }

    private bool HasSnapshotFor(MemberProgress member) =>
        Snapshot is not null && Snapshot.Last.Index >= Math.Max(_log.Base.Index, member.NeedSnapshotIndex);

    private void AppendRejected(MemberProgress member, Message message)
    {
        switch (member.State)
        {
            case ProgressState.Replicate when message.Index > member.Match:
                member.BecomeProbe(member.Match + 1);
                member.AppendDue = true;
                break;
            case ProgressState.Probe when message.Index == member.Next - 1:
                var conflict = new LogId(message.ConflictTerm, message.ConflictIndex);
                member.BecomeProbe(_log.NextAfterReject(member.Next, conflict));
                member.AppendDue = true;
                break;
            default:
                // Late or repeated: what it refused is known to match by now, or is being probed elsewhere (B4, B8).
                break;
        }
    }

    private void NoteAnswer(MemberProgress member, Message message)
    {
        Invariant.Holds(message.Stamp <= _standing.Now);
        member.Answered(message.Stamp, message.ElectionTimeout, message.Round);
        if (message.NeedSnapshotIndex > 0)
        {
            // Until there is such a snapshot it is fed like everybody: its acknowledgements may be what a commit, and
            // so that snapshot, waits for.
            member.NeedSnapshotIndex = message.NeedSnapshotIndex;
        }
        else if (member.NeedSnapshotIndex > 0)
        {
            member.NeedSnapshotIndex = 0;
            member.BecomeProbe(member.Match + 1);
        }
    }
}
