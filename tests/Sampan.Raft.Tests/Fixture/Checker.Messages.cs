using Sampan.Model;

namespace Sampan.Raft.Tests.Fixture;

/// <content>What a message may claim (I-7, I-11, I-12).</content>
internal sealed partial class Checker
{
    /// <summary>A message is about to leave: what it claims must be durable at its sender (I-11, I-12).</summary>
    public void Leaving(ReplicaUnderTest replica, Message message)
    {
        var disk = replica.Log.Durable;
        var votes = MemoryOf(replica).Votes;
        Require(message.From == replica.Id && message.To != replica.Id, replica, "from me to another", 0, 0);
        var isPreVoteTerm = message.Kind == MessageKind.PreVote
            || (message.Kind == MessageKind.PreVoteResponse && !message.Reject);
        Require(
            isPreVoteTerm || message.Term <= disk.HardState.Term,
            replica,
            $"a claimed term is durable (I-11): {message}",
            message.Term,
            disk.HardState.Term);
        switch (message.Kind)
        {
            case MessageKind.Vote:
                RequireVote(replica, votes, message, replica.Id);
                _campaigns[(replica.Id, message.Term)] = new LogId(message.LogTerm, message.Index);
                break;
            case MessageKind.VoteResponse when !message.Reject:
                RequireVote(replica, votes, message, message.To);
                RequireUpToDate(replica, message);
                break;
            case MessageKind.AppendResponse when !message.Reject:
                LeavingAcknowledgement(replica, message);
                break;
            case MessageKind.Append:
            case MessageKind.Heartbeat:
            case MessageKind.Commit:
            case MessageKind.Snapshot:
            case MessageKind.TimeoutNow:
                LeavingLeader(replica, message);
                break;
            default:
                break;
        }
    }

    private void RequireVote(
        ReplicaUnderTest replica, Dictionary<ulong, ReplicaId> votes, Message message, ReplicaId candidate) =>
        Require(
            votes.TryGetValue(message.Term, out var vote) && vote == candidate,
            replica,
            $"a claimed vote is durable (A2, A3): {message}",
            message.Term,
            candidate.Value);

    /// <summary>
    /// Who is voted for has all that the voter has, up to what was written since in the new term (I-7).
    /// </summary>
    private void RequireUpToDate(ReplicaUnderTest voter, Message message)
    {
        var log = voter.Log.Memory;
        var index = log.LastIndex;
        while (index > log.Base.Index && log.Get(index).Term >= message.Term)
        {
            index--;
        }

        Require(log.TryGetTerm(index, out var term), voter, "the log is whole", index, log.Base.Index);
        Require(
            _campaigns.TryGetValue((message.To, message.Term), out var last) && last >= new LogId(term, index),
            voter,
            $"a vote goes to a log that is up to date (I-7): {last}, {new LogId(term, index)}",
            message.To.Value,
            message.Term);
    }

    private void LeavingAcknowledgement(ReplicaUnderTest replica, Message message)
    {
        var disk = replica.Log.Durable;
        Require(
            message.Index <= disk.LastIndex,
            replica,
            $"an acknowledged index is durable (I-12): {message}",
            message.Index,
            disk.LastIndex);
        if (_terms.TryGetValue(message.Term, out var record)
            && record.Terms.TryGetValue(message.Index, out var leaderTerm))
        {
            Require(
                disk.Covers(new LogId(leaderTerm, message.Index)),
                replica,
                $"an acknowledged entry is the leader's (I-12): {message}",
                message.Index,
                leaderTerm);
        }
    }

    private void LeavingLeader(ReplicaUnderTest replica, Message message)
    {
        Require(
            _terms.TryGetValue(message.Term, out var record)
                && record.Leader == replica.Id && record.Life == replica.Life,
            replica,
            $"only the leader of a term speaks as one: {message}",
            message.Term,
            replica.Id.Value);
        Require(
            message.Commit <= MemoryOf(replica).Seen.Commit,
            replica,
            $"a told commit index is known: {message}",
            message.Commit,
            MemoryOf(replica).Seen.Commit);
        var previousTerm = message.LogTerm;
        var index = message.Index;
        foreach (var entry in message.Entries)
        {
            Require(entry.Index == ++index, replica, $"entries are contiguous: {message}", entry.Index, index);
            Match(replica, entry, previousTerm);
            previousTerm = entry.Term;
        }
    }
}
