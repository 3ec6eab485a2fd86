using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Events;

namespace Sampan.Raft.Log;

/// <summary>
/// What waits for the disk, and what waits for that. Two facts are tracked: which (term, vote) is durable, and, by
/// number, which writes are under way.
/// </summary>
/// <remarks>
/// Why a held message never lies. (1) It is held when the state it claims exists in memory. (2) A write taken
/// afterwards holds the newest term and vote and every entry up to the index that the message needs, or a write before
/// it does. (3) Writes become durable in order, and a message leaves only with its write. (4) What could change between
/// (1) and (2) is a new term, which may bring a truncation: then all held messages are dropped, as the network might
/// have done.
/// </remarks>
internal sealed class PersistQueue
{
    private readonly GroupId _group;
    private readonly RaftLog _log;
    private readonly List<Held> _held = [];
    private HardState _handed;
    private HardState _durable;
    private ulong _handedNumber;
    private ulong _number;
    private SnapshotMeta? _snapshot;
    private bool _snapshotKeepsLog;
    private bool _snapshotHanded;
    private bool _snapshotDurable;
    private ulong _snapshotNumber;

    /// <summary>A queue for a log whose hard state <paramref name="durable"/> was read from disk.</summary>
    public PersistQueue(GroupId group, RaftLog log, HardState durable)
    {
        _group = group;
        _log = log;
        _handed = durable;
        _durable = durable;
    }

    /// <summary>Whether this term and vote are on disk.</summary>
    public bool IsDurable(ulong term, ReplicaId vote) => _durable.Term == term && _durable.Vote == vote;

    /// <summary>The term that is on disk: the one that may be claimed at once.</summary>
    public ulong DurableTerm => _durable.Term;

    /// <summary>A received snapshot that was accepted and is not handed to the state machine yet.</summary>
    public SnapshotMeta? Snapshot => _snapshot;

    /// <summary>
    /// Keeps a message until its claims are durable: term and vote as they are now, the log up to an index.
    /// </summary>
    public void Hold(Message message, ulong index) => _held.Add(new Held(message, index, AwaitsSnapshot: false));

    /// <summary>Keeps a message until, beside its claims, the accepted snapshot is durable.</summary>
    public void HoldForSnapshot(Message message, ulong index) =>
        _held.Add(new Held(message, index, AwaitsSnapshot: true));

    /// <summary>Drops all held messages: their term is over.</summary>
    public void DropHeld() => _held.Clear();

    /// <summary>
    /// A received snapshot is to be installed; <paramref name="keepsLog"/>: beside the log, not in its place.
    /// </summary>
    public void Install(SnapshotMeta snapshot, bool keepsLog)
    {
        _snapshot = snapshot;
        _snapshotKeepsLog = keepsLog;
        _snapshotHanded = false;
        _snapshotDurable = false;
    }

    /// <summary>
    /// The next write, or null if nothing waits that may be written; with <paramref name="bytesMax"/> 0 no entries may.
    /// </summary>
    public PersistTask? Take(HardState current, long bytesMax)
    {
        var voteChanged = current.Term != _handed.Term || current.Vote != _handed.Vote;
        var installs = SnapshotIsDue();
        var hasEntries = bytesMax > 0 && _log.HasEntriesToPersist;
        if (!voteChanged && !installs && !hasEntries && !AnyMayLeave())
        {
            return null;
        }

        var task = new PersistTask(_group, ++_number);
        if (installs)
        {
            HandSnapshot(task);
        }
        else if (hasEntries)
        {
            _log.TakeForPersist(task.Number, bytesMax, task.Entries);
        }

        if (voteChanged || task.NeedsWrite)
        {
            // The commit index may run ahead of what is written; stored, it must not.
            var commit = Math.Min(current.Commit, _log.NextPersistIndex - 1);
            task.HardState = current with { Commit = commit };
            _handed = current;
        }

        if (voteChanged)
        {
            _handedNumber = task.Number;
        }

        ReleaseHeld(task);
        return task;
    }

    /// <summary>All writes up to <paramref name="number"/> are durable.</summary>
    public void Persisted(ulong number)
    {
        Invariant.Holds(number <= _number, number, _number);
        if (number >= _handedNumber)
        {
            _durable = _handed;
        }

        if (_snapshotHanded && number >= _snapshotNumber)
        {
            _snapshotDurable = true;
        }
    }

    /// <summary>Takes a snapshot that is durable and marked in the log, for the state machine.</summary>
    public bool TryTakeInstalled(out SnapshotMeta? snapshot)
    {
        snapshot = null;
        if (!_snapshotDurable)
        {
            return false;
        }

        snapshot = _snapshot;
        _snapshot = null;
        _snapshotHanded = false;
        _snapshotDurable = false;
        return true;
    }

    /// <summary>
    /// A snapshot beside the log rests on the log's entry at its last index: that one must not be written after it, or
    /// a crash in between would leave a log that ends below its own snapshot.
    /// </summary>
    private bool SnapshotIsDue() => _snapshot is not null && !_snapshotHanded
        && (!_snapshotKeepsLog || _log.NextPersistIndex > _snapshot.Last.Index);

    private void HandSnapshot(PersistTask task)
    {
        Invariant.Holds(_snapshot is not null);
        task.Snapshot = _snapshot;
        task.KeepsLog = _snapshotKeepsLog;
        _snapshotHanded = true;
        _snapshotNumber = task.Number;
        if (!_snapshotKeepsLog)
        {
            _log.SnapshotTaken(task.Number);
        }
    }

    private void ReleaseHeld(PersistTask task)
    {
        var kept = 0;
        for (var i = 0; i < _held.Count; i++)
        {
            if (MayLeave(_held[i]))
            {
                task.AfterPersist.Add(_held[i].Message);
            }
            else
            {
                _held[kept++] = _held[i];
            }
        }

        _held.RemoveRange(kept, _held.Count - kept);
    }

    private bool AnyMayLeave()
    {
        foreach (var held in _held)
        {
            if (MayLeave(held))
            {
                return true;
            }
        }

        return false;
    }

    private bool MayLeave(Held held) => held.Index < _log.NextPersistIndex
        && (!held.AwaitsSnapshot || _snapshot is null || _snapshotHanded);

    private readonly record struct Held(Message Message, ulong Index, bool AwaitsSnapshot);
}
