using Sampan.Base;
using Sampan.Model;
using Sampan.Raft;

namespace Sampan.Simulation.Checks;

/// <summary>What may be written to a replica's log, and what must never be.</summary>
internal sealed class LogChecker
{
    private readonly GroupHistory _history;

    /// <summary>The checker of a group.</summary>
    public LogChecker(GroupHistory history) => _history = history;

    /// <summary>A log was cut off at its beginning: one of two snapshots may turn out to be damaged.</summary>
    public void Compacted(ReplicaTrack track)
    {
        if (track.Image.OlderMark is { } older && track.Image.Base.Index > older.Last.Index)
        {
            _history.Fail(
                "I-30", $"{track} compacted its log to {track.Image.Base}; the older of its two snapshots is {older}");
        }
    }

    /// <summary>A write is about to be made durable behind what an image holds.</summary>
    public void Writing(ReplicaTrack track, ReplicaImage image, PersistTask task)
    {
        if (task.HardState is { } state)
        {
            WritingState(track, image.HardState, state);
        }

        var last = image.Last;
        if (task.Snapshot is { } snapshot && !task.KeepsLog)
        {
            Overwriting(track, image, snapshot.Last.Index + 1);
            if (_history.TryGetCommitted(snapshot.Last.Index, out var committed) && committed > 0
                && committed != snapshot.Last.Term)
            {
                _history.Fail("I-02", $"{track} installs {snapshot}; another entry is committed there");
            }

            last = snapshot.Last;
        }

        if (task.Entries.Count > 0)
        {
            WritingEntries(track, image, task, last);
        }
    }

    /// <summary>A start read these entries behind one of that id.</summary>
    public void Read(ReplicaTrack track, LogId before, IReadOnlyList<Entry> entries)
    {
        var previous = before;
        foreach (var entry in entries)
        {
            Entered(track, entry, previous.Term);
            previous = entry.Id;
        }
    }

    /// <summary>
    /// A replica was seen that cut its log once since it was seen before: another entry must stand there now. Where the
    /// former entry was durable, the disk knows its term.
    /// </summary>
    public void Truncated(ReplicaTrack track, RaftReplica core, ulong index)
    {
        if (track.Seen?.DurableIndex >= index && track.Image.TryGet(index, out var former)
            && core.TryGetTerm(index, out var term) && term == former.Term)
        {
            _history.Fail("I-23", $"{track} cut its log at {index}, and the same entry of term {term} stands there");
        }
    }

    private void WritingState(ReplicaTrack track, HardState former, HardState state)
    {
        if (state.Term < former.Term || state.Commit < former.Commit)
        {
            _history.Fail("I-20", $"{track} writes {state} over {former}");
        }

        var vote = _history.VoteOf(state.Term, track.Replica);
        if (vote != ReplicaId.None && vote != state.Vote)
        {
            _history.Fail("I-20", $"{track} votes for {state.Vote} in term {state.Term}; it had voted for {vote}");
        }
    }

    private void WritingEntries(ReplicaTrack track, ReplicaImage image, PersistTask task, LogId last)
    {
        var first = task.Entries[0];
        var before = first.Index == last.Index + 1 ? last.Term
            : image.TryGet(first.Index - 1, out var held) ? held.Term
            : first.Index - 1 == image.Base.Index ? image.Base.Term
            : 0;
        if (first.Index <= image.Last.Index && task.Snapshot is null)
        {
            Overwriting(track, image, first.Index, task.Entries);
        }

        var term = task.HardState?.Term ?? image.HardState.Term;
        foreach (var entry in task.Entries)
        {
            if (entry.Term > term || (before > 0 && entry.Term < before))
            {
                _history.Fail("I-10", $"{track} writes {entry} behind term {before}, in term {term}");
            }

            Entered(track, entry, before);
            before = entry.Term;
        }
    }

    private void Overwriting(ReplicaTrack track, ReplicaImage image, ulong first, List<Entry>? entries = null)
    {
        for (var index = Math.Max(first, image.Base.Index + 1); index <= image.Last.Index; index++)
        {
            if (!image.TryGet(index, out var held) || !_history.TryGetCommitted(index, out var committed))
            {
                continue;
            }

            var at = (long)(index - first);
            var isKept = entries is not null && at < entries.Count && entries[(int)at].Term == held.Term;
            if (committed == held.Term && !isKept)
            {
                _history.Fail("I-21", $"{track} loses the entry {held.Term}/{index}, which is committed");
            }
        }
    }

    private void Entered(ReplicaTrack track, Entry entry, ulong before)
    {
        if (!_history.Leaders.ContainsKey(entry.Term))
        {
            _history.Fail("I-08", $"{track} has {entry}, and nobody led term {entry.Term}");
        }

        if (_history.TryGetEntry(entry.Id, out var known))
        {
            var knownBefore = _history.TermBefore(entry.Id);
            if (known != LoggedEntry.Of(entry) || (knownBefore != before && knownBefore != 0 && before != 0))
            {
                _history.Fail(
                    "I-03",
                    $"{track} wrote {entry}, which differs from another replica's entry of that place (behind an entry "
                    + $"of term {before}, there {knownBefore})");
            }
        }

        _history.Add(entry, before);
    }
}
