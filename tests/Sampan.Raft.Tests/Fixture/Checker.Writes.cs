using Sampan.Model;
using Sampan.Raft.Events;

namespace Sampan.Raft.Tests.Fixture;

/// <content>What a replica may write (I-3, I-14, I-20, I-21).</content>
internal sealed partial class Checker
{
    /// <summary>A replica handed out a write: its entries must fit those of all others (I-3).</summary>
    public void Accepted(ReplicaUnderTest replica, PersistTask task)
    {
        foreach (var entry in task.Entries)
        {
            Require(
                replica.Log.Memory.TryGetTerm(entry.Index - 1, out var previousTerm),
                replica,
                "a write begins where the log ends",
                entry.Index,
                replica.Log.Memory.LastIndex);
            Match(replica, entry, previousTerm);
            if (entry.Kind == EntryKind.Configuration && entry.Term == MemoryOf(replica).Seen.Term
                && _terms.TryGetValue(entry.Term, out var record) && record.Leader == replica.Id)
            {
                RequireSoundChange(replica, entry);
            }
        }

        foreach (var message in task.AfterPersist)
        {
            Require(message.From == replica.Id, replica, "messages name their sender", message.From.Value, 0);
        }
    }

    /// <summary>A write is about to reach the disk.</summary>
    public void Writing(ReplicaUnderTest replica, PersistTask task)
    {
        var memory = MemoryOf(replica);
        var disk = replica.Log.Durable;
        if (task.HardState is { } state)
        {
            var before = disk.HardState;
            Require(state.Term >= before.Term, replica, "the durable term never falls", state.Term, before.Term);
            Require(state.Commit >= before.Commit, replica, "durable commit never falls", state.Commit, before.Commit);
            if (state.Vote != ReplicaId.None)
            {
                var vote = memory.Votes.TryAdd(state.Term, state.Vote) ? state.Vote : memory.Votes[state.Term];
                Require(vote == state.Vote, replica, "one vote a term (I-20)", vote.Value, state.Vote.Value);
            }
            else
            {
                Require(!memory.Votes.ContainsKey(state.Term), replica, "a vote is never erased (A4)", state.Term, 0);
            }
        }

        if (task.Snapshot is { } snapshot)
        {
            WritingSnapshot(replica, task, snapshot);
        }

        if (task.Entries.Count > 0)
        {
            RequireHarmless(replica, task.Entries[0].Index, task);
        }
    }

    /// <summary>At most one uncommitted change, and overlapping quorums (I-14).</summary>
    private void RequireSoundChange(ReplicaUnderTest leader, Entry entry)
    {
        var next = leader.Log.Memory.ConfigurationAt(entry.Index).Configuration;
        var (index, previous) = leader.Log.Memory.ConfigurationAt(entry.Index - 1);
        var commit = MemoryOf(leader).Seen.Commit;
        Require(index <= commit, leader, $"a change waits until {previous} is committed (I-14)", index, commit);
        var isEntered = !previous.IsJoint && next.IsJoint && next.VotersOutgoing.SequenceEqual(previous.Voters);
        var isSame = !next.IsJoint && next.Voters.SequenceEqual(previous.Voters);
        var isSimple = !leader.Protocol.AlwaysJoint && !previous.IsJoint && !next.IsJoint
            && Difference(previous, next) <= 1;
        Require(
            isEntered || isSame || isSimple,
            leader,
            $"two successive configurations share quorums (I-14): {previous}, {next}",
            index,
            entry.Index);
    }

    private static int Difference(Configuration left, Configuration right)
    {
        var difference = 0;
        foreach (var voter in left.Voters)
        {
            difference += right.IsIncomingVoter(voter) ? 0 : 1;
        }

        foreach (var voter in right.Voters)
        {
            difference += left.IsIncomingVoter(voter) ? 0 : 1;
        }

        return difference;
    }

    private void Match(ReplicaUnderTest replica, Entry entry, ulong previousTerm)
    {
        if (!_known.TryGetValue(entry.Id, out var known))
        {
            Require(
                _terms.TryGetValue(entry.Term, out var record) && record.Leader == replica.Id,
                replica,
                $"only the leader of a term makes its entries: {entry}",
                entry.Term,
                entry.Index);
            _known.Add(entry.Id, (entry, previousTerm));
            return;
        }

        Require(
            known.PreviousTerm == previousTerm && known.Entry.Kind == entry.Kind
                && known.Entry.TimeTicks == entry.TimeTicks
                && known.Entry.Payload.Span.SequenceEqual(entry.Payload.Span),
            replica,
            $"same index and term, same entry and same predecessor (I-3): {entry}",
            known.PreviousTerm,
            previousTerm);
    }

    private void WritingSnapshot(ReplicaUnderTest replica, PersistTask task, SnapshotMeta snapshot)
    {
        var known = Committed.Find(snapshot.Last.Index);
        Require(
            known is null || known.Id == snapshot.Last,
            replica,
            $"a snapshot ends at a committed entry: {snapshot}",
            snapshot.Last.Index,
            known?.Term ?? 0);
        var inForce = Committed.ConfigurationAt(snapshot.Last.Index);
        Require(
            inForce is not { } right || (right.Index == snapshot.Configuration.Index
                && right.Configuration.SameAs(snapshot.Configuration.Configuration)),
            replica,
            $"a snapshot carries the configuration in force at its index: {snapshot}, {inForce}",
            inForce?.Index ?? 0,
            snapshot.Configuration.Index);
        if (task.KeepsLog)
        {
            Require(
                replica.Log.Durable.Covers(snapshot.Last), replica, "a kept log holds it", snapshot.Last.Index, 0);
            return;
        }

        RequireHarmless(replica, snapshot.Last.Index + 1, task);
    }

    /// <summary>Nothing committed may go when a log is cut from <paramref name="firstIndex"/> on (I-21).</summary>
    private void RequireHarmless(ReplicaUnderTest replica, ulong firstIndex, PersistTask task)
    {
        var disk = replica.Log.Durable;
        for (var i = Math.Max(firstIndex, disk.FirstIndex); i <= disk.LastIndex; i++)
        {
            var held = disk.Get(i).Id;
            var isWithin = task.Entries.Count > 0 && i >= task.Entries[0].Index && i <= task.Entries[^1].Index;
            var stays = isWithin && task.Entries[(int)(i - task.Entries[0].Index)].Id == held;
            Require(
                stays || Committed.Find(i)?.Id != held,
                replica,
                $"committed entries are never cut off (I-21): {held}",
                i,
                firstIndex);
        }
    }
}
