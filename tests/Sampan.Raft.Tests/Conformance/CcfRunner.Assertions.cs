using Sampan.Model;
using Sampan.Raft.Events;
using Sampan.Raft.Tests.Fixture;

namespace Sampan.Raft.Tests.Conformance;

/// <content>What a scenario states about its nodes.</content>
internal sealed partial class CcfRunner
{
    private void Assert(CcfCommand command)
    {
        switch (command.Name)
        {
            case "assert_detail":
                AssertDetail(command, isEqual: true);
                return;
            case "assert_!detail":
                AssertDetail(command, isEqual: false);
                return;
            case "assert_commit_idx":
                AssertCommit(command);
                break;
            case "assert_state_sync":
                var discrepancy = Discrepancy(_cluster.Ids);
                Require(discrepancy is null, command, discrepancy ?? string.Empty);
                break;
            case "assert_config":
                AssertConfiguration(command);
                break;
            case "assert_absent_config":
                AssertNoConfiguration(command);
                break;
            case "assert_commit_safety":
                // Checked of all nodes after every line.
                break;
            default:
                throw new NotSupportedException($"{command} is not known");
        }

        Passed++;
    }

    private void AssertDetail(CcfCommand command, bool isEqual)
    {
        var status = _cluster[ReplicaOf(command.Number(0))].Status;
        var expected = command.Arguments[2];
        switch (command.Arguments[1])
        {
            case "leadership_state":
                var state = StateOf(_cluster[ReplicaOf(command.Number(0))]);
                // "None" is a leader that stepped down since it may be forgotten; for us it follows.
                var named = string.Equals(expected, "None", StringComparison.Ordinal) ? "Follower" : expected;
                Require(string.Equals(state, named, StringComparison.Ordinal) == isEqual, command, $"it is {state}");
                Passed++;
                break;
            case "current_view":
                var term = status.HardState.Term;
                Require(term == command.Number(2) == isEqual, command, $"it is {term}");
                Passed++;
                break;
            case "membership_state" or "retirement_phase":
                Skipped++;
                break;
            default:
                throw new NotSupportedException($"{command} is not known");
        }
    }

    /// <summary>
    /// Its state in CCF's words. Our candidate goes back to following nobody when it loses its round; CCF's stays what
    /// it was until its next timeout.
    /// </summary>
    private static string StateOf(ReplicaUnderTest replica)
    {
        var status = replica.Status;
        return StateOf(status.Role == Role.Follower ? LostRound(replica, status) ?? Role.Follower : status.Role);
    }

    /// <summary>The role in which a follower lost a round of votes, if that was the last thing it did.</summary>
    private static Role? LostRound(ReplicaUnderTest replica, RaftStatus status)
    {
        var events = replica.Events;
        var lost = events.FindLastIndex(happened => happened.Kind == RaftEventKind.CampaignFailed);
        if (lost < 0 || status.Leader != ReplicaId.None
            || events.Skip(lost + 1).Any(happened => happened.Role != Role.Follower))
        {
            return null;
        }

        var round = events.FindLastIndex(lost, happened => happened.Role != Role.Follower);
        return round >= 0 && events[round].Term == status.HardState.Term ? events[round].Role : null;
    }

    private static string StateOf(Role role) => role switch
    {
        Role.Leader => "Leader",
        Role.Candidate => "Candidate",
        Role.PreCandidate => "PreVoteCandidate",
        _ => "Follower",
    };

    private void AssertCommit(CcfCommand command)
    {
        var replica = _cluster[ReplicaOf(command.Number(0))];
        var commit = replica.Status.HardState.Commit;
        var committed = _indexes.CommittedInCcf(replica.Log.Memory, commit);
        Require(committed == command.Number(1), command, $"it is {committed} (our commit index is {commit})");
    }

    /// <summary>Compares what CCF knows of: terms, its entries, its commit index.</summary>
    private string? Discrepancy(IEnumerable<ulong> ids)
    {
        ReplicaUnderTest? first = null;
        foreach (var replica in ids.Select(id => _cluster[id]))
        {
            first ??= replica;
            var left = first.Status.HardState;
            var right = replica.Status.HardState;
            var isSame = left.Term == right.Term
                && _indexes.CommittedInCcf(first.Log.Memory, left.Commit)
                    == _indexes.CommittedInCcf(replica.Log.Memory, right.Commit)
                && _indexes.EntriesOf(first.Log.Memory).SequenceEqual(_indexes.EntriesOf(replica.Log.Memory));
            if (!isSame)
            {
                return $"replica {first.Id} has {left} last {first.Log.Memory.Last}, "
                    + $"replica {replica.Id} has {right} last {replica.Log.Memory.Last}";
            }
        }

        return null;
    }

    private void AssertConfiguration(CcfCommand command)
    {
        var log = _cluster[ReplicaOf(command.Number(0))].Log.Memory;
        var expected = command.NumbersFrom(2).Select(ReplicaOf).Order().ToArray();
        var index = _indexes.ConfigurationAt(log, command.Number(1));
        Require(index > 0, command, "there is none");
        var voters = log.ConfigurationAt(index).Configuration.Voters.ToArray().Select(voter => voter.Value);
        Require(voters.SequenceEqual(expected), command, $"it is of replicas {string.Join(' ', voters)}");
    }

    private void AssertNoConfiguration(CcfCommand command)
    {
        var replica = _cluster[ReplicaOf(command.Number(0))];
        var log = replica.Log.Memory;
        var index = _indexes.ConfigurationAt(log, command.Number(1));
        // CCF forgets a configuration when a later one is committed.
        var isPast = log.ConfigurationAt(replica.Status.HardState.Commit).Index > index;
        Require(index == 0 || isPast, command, "it is there");
    }

    /// <summary>
    /// What a node calls committed is in the logs of a majority (of both halves) of its newest committed configuration.
    /// </summary>
    private void RequireCommitSafety(CcfCommand command)
    {
        foreach (var replica in _cluster.Replicas)
        {
            var log = replica.Log.Memory;
            var commit = replica.Status.HardState.Commit;
            if (commit == 0 || !log.TryGetTerm(commit, out var term))
            {
                continue;
            }

            var configuration = log.ConfigurationAt(commit).Configuration;
            var id = new LogId(term, commit);
            if (!IsOnMajority(configuration.Voters, id) || !IsOnMajority(configuration.VotersOutgoing, id))
            {
                Trace.Fail($"{command}: {id}, committed at {replica.Id}, is not on a quorum of {configuration}");
            }
        }
    }

    private bool IsOnMajority(ReadOnlySpan<ReplicaId> voters, LogId id)
    {
        var count = 0;
        foreach (var voter in voters)
        {
            count += _cluster[voter.Value].Log.Durable.Covers(id) ? 1 : 0;
        }

        return voters.Length == 0 || count > voters.Length / 2;
    }

    private static void Require(
        [System.Diagnostics.CodeAnalysis.DoesNotReturnIf(false)] bool condition, CcfCommand command, string found)
    {
        if (!condition)
        {
            throw new CcfUnmetException($"{command} does not hold ({found})");
        }
    }
}
