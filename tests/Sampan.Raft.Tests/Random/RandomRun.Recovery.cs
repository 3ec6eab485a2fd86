using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Progress;
using Sampan.Raft.Tests.Fixture;

namespace Sampan.Raft.Tests.Random;

/// <content>What must come about when the faults stop.</content>
internal sealed partial class RandomRun
{
    private void Recover()
    {
        _cluster.Trace.Add("the faults stop", 0);
        _cluster.Heal();
        foreach (var replica in _cluster.Replicas)
        {
            replica.ClockRatePerMille = 0;
            if (!replica.IsUp && !replica.IsDestroyed)
            {
                _cluster.Restart(replica.Id.Value, IsWithoutState(replica) ? replica.Log.Durable.Base.Index : 0);
            }
        }

        if (IsStuckForGood())
        {
            var isKnown = _cluster.Ids.Count() < (int)_lastId || _cluster.Replicas.Any(
                replica => replica.IsUp && (IsWithoutState(replica) || IsStranger(replica)));
            Invariant.Holds(isKnown);
            _coverage.Stuck++;
            return;
        }

        // A leader within ten election timeouts, all proposals committed, all logs equal.
        RunUntil("a leader", rounds: 10, () => _cluster.Leader() is not null);
        ulong proposed = 0;
        RunUntil("an accepted proposal", rounds: 20, () => TryPropose(out proposed));
        RunUntil("a group that agrees", rounds: 30, () => Disagreement(proposed) is null);
        RunUntil("the end of all reads", rounds: 3, () => _cluster.Checker.OpenReads == 0);
    }

    /// <summary>
    /// Two rules may leave a group without any possible leader although all are up; both are known and decided. A voter
    /// whose log holds no configuration with it does not vote, and is not created by a vote (A14). A replica without a
    /// usable snapshot does not campaign, even where its log is the longest.
    /// </summary>
    private bool IsStuckForGood()
    {
        _cluster.Stabilize();
        var up = _cluster.Replicas.Where(replica => replica.IsUp).ToList();
        return _cluster.Leader() is null && !up.Exists(candidate => !IsWithoutState(candidate) && CanWin(candidate));
    }

    private bool CanWin(ReplicaUnderTest candidate)
    {
        var log = candidate.Log.Durable;
        var newest = log.Configurations[^1].Configuration;
        var mayCampaign = newest.IsVoter(candidate.Id)
            || log.ConfigurationAt(candidate.Status.HardState.Commit).Configuration.IsVoter(candidate.Id);
        return mayCampaign
            && HasVotes(candidate, newest.Voters) && HasVotes(candidate, newest.VotersOutgoing);
    }

    private static bool IsStranger(ReplicaUnderTest replica) =>
        !replica.Log.Durable.Configurations.Any(known => known.Configuration.Contains(replica.Id));

    private bool HasVotes(ReplicaUnderTest candidate, ReadOnlySpan<ReplicaId> voters)
    {
        var votes = 0;
        foreach (var voter in voters)
        {
            var replica = _cluster.Has(voter.Value) ? _cluster[voter.Value] : null;
            var grants = replica is { IsUp: true } && replica.Log.Durable.Last <= candidate.Log.Durable.Last
                && !IsStranger(replica);
            votes += grants ? 1 : 0;
        }

        return voters.Length == 0 || votes > voters.Length / 2;
    }

    private void RunUntil(string goal, int rounds, Func<bool> isReached)
    {
        for (var i = 0; i <= rounds; i++)
        {
            _cluster.Run(_profile.ElectionTimeout);
            foreach (var replica in _cluster.Replicas.ToList())
            {
                Observe(replica);
                Help(replica);
            }

            if (isReached())
            {
                return;
            }
        }

        var all = string.Join("; ", _cluster.Replicas.Where(replica => replica.IsUp).Select(Describe));
        Trace.Fail($"no {goal} within {rounds} election timeouts: {Disagreement(0)}; {all}");
    }

    private static string Describe(ReplicaUnderTest replica)
    {
        var status = replica.Status;
        return $"{replica.Id} {status.Role} {status.HardState} log [{status.FirstIndex}..{status.LastIndex}] applied "
            + $"{status.AppliedIndex} {status.Configuration}";
    }

    /// <summary>
    /// What an owner does for its replica: snapshots where a member waits for one, and the end of joint states.
    /// </summary>
    private void Help(ReplicaUnderTest replica)
    {
        if (!replica.IsUp || replica.Status is not { Role: Role.Leader } status)
        {
            return;
        }

        if (status.Progress.Any(member => member.State == ProgressState.Snapshot))
        {
            replica.TakeSnapshot();
        }

        if (status.Configuration.Configuration is { IsJoint: true, AutoLeave: false })
        {
            _cluster.ProposeChange(replica.Id.Value, new MembershipChange([]));
        }
    }

    private bool TryPropose(out ulong index)
    {
        index = 0;
        if (_cluster.Leader() is not { } leader
            || _cluster.Propose(leader.Id.Value, NextCommand(), out var position) != ProposeStatus.Accepted)
        {
            return false;
        }

        index = position.Index;
        return true;
    }

    /// <summary>
    /// Why the members do not agree yet; null if they do, and have applied <paramref name="atLeast"/>.
    /// </summary>
    private string? Disagreement(ulong atLeast)
    {
        if (_cluster.Leader() is not { } leader)
        {
            return "nobody leads";
        }

        var status = leader.Status;
        if (status.Configuration.Configuration.IsJoint || status.AppliedIndex != status.LastIndex
            || status.AppliedIndex < atLeast)
        {
            return $"the leader is not done: {Describe(leader)}";
        }

        foreach (var member in status.Configuration.Configuration.Members)
        {
            var replica = _cluster.Has(member.Replica.Value) ? _cluster[member.Replica.Value] : null;
            if (replica is not { IsUp: true } || replica.Log.Durable.Last != leader.Log.Durable.Last
                || replica.Machine.Last != leader.Machine.Last
                || replica.Status.HardState.Commit != status.HardState.Commit)
            {
                return $"replica {member.Replica} is not where the leader is";
            }
        }

        return null;
    }
}
