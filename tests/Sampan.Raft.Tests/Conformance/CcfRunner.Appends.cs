using Sampan.Model;
using Sampan.Raft.Tests.Fixture;

namespace Sampan.Raft.Tests.Conformance;

/// <content>What leaders append, and what must wait for an earlier change of members.</content>
internal sealed partial class CcfRunner
{
    private void Change(CcfCommand command, ulong[] nodesIn, ulong[] nodesOut)
    {
        foreach (var node in nodesIn)
        {
            var id = ReplicaOf(node);
            AddReplica(id, ReplicaState.Blank);
            Reconnect(id);
            _members.Add(id);
            _newcomers.Add(id);
        }

        foreach (var node in nodesOut)
        {
            _members.Remove(ReplicaOf(node));
        }

        Enqueue(new Append(command, CcfEntryKind.Configuration, [.. _members]));
    }

    private void Enqueue(Append append)
    {
        _backlog.Add(append);
        var isSignature = append.Kind == CcfEntryKind.Signature;
        FlushBacklog();
        Delayed += isSignature ? _backlog.Count : 0;
    }

    /// <summary>Appends what waits, in order, as far as the leader takes it.</summary>
    private void FlushBacklog()
    {
        while (_backlog.Count > 0)
        {
            var changes = _backlog.TakeWhile(append => append.Members is not null).Count();
            var count = Math.Max(1, changes);
            var isSigned = _backlog.Exists(append => append.Kind == CcfEntryKind.Signature);
            if ((changes > 0 && !isSigned) || !TryAppend(_backlog[count - 1], count))
            {
                return;
            }

            _backlog.RemoveRange(0, count);
        }
    }

    private bool TryAppend(Append append, int count)
    {
        var leader = FindLeader(append.Command);
        var status = append.Members is { } members
            ? _cluster.ProposeChange(leader, ChangeTo(leader, members))
            : _cluster.Propose(leader, append.Command.ToString());
        if (status == ProposeStatus.ChangeInProgress)
        {
            MaybeLeave(leader);
            return false;
        }

        if (status != ProposeStatus.Accepted)
        {
            Trace.Fail($"{append.Command} was answered {status}");
        }

        _cluster.Finish();
        var id = _cluster[leader].Log.Memory.Last;
        _indexes.Register(id, append.Kind, count);
        if (string.Equals(append.Command.Name, "cleanup_nodes", StringComparison.Ordinal))
        {
            _cleanups.Add((id, [.. append.Command.NumbersFrom(1).Select(ReplicaOf)]));
        }

        return true;
    }

    /// <summary>Leaves a joint state that does not leave by itself, once it is committed.</summary>
    private void MaybeLeave(ulong leader)
    {
        var status = _cluster[leader].Status;
        var newest = status.Configuration;
        if (_pacing == CcfPacing.LeavesAtPeriods && status.Role == Role.Leader && newest.Configuration.IsJoint
            && newest.Index <= status.HardState.Commit)
        {
            _cluster.ProposeChange(leader, new MembershipChange([]));
        }
    }

    private ulong FindLeader(CcfCommand command)
    {
        var isAny = string.Equals(command.Arguments[0], "latest", StringComparison.Ordinal);
        foreach (var replica in _cluster.Replicas)
        {
            var status = replica.Status;
            if (status.Role == Role.Leader && !isAny && status.HardState.Term == command.Number(0))
            {
                return replica.Id.Value;
            }
        }

        if (isAny && _cluster.Leader() is { } leader)
        {
            return leader.Id.Value;
        }

        Require(condition: false, command, "nobody leads in that term");
        return 0;
    }

    private MembershipChange ChangeTo(ulong leader, ulong[] members)
    {
        var present = _cluster[leader].Status.Configuration.Configuration;
        var steps = new List<MemberChange>();
        foreach (var id in members)
        {
            if (!present.Contains(new ReplicaId(id)))
            {
                steps.Add(new MemberChange(MemberChangeKind.AddVoter, Cluster.MemberOf(id)));
            }
        }

        foreach (var member in present.Members)
        {
            if (!members.Contains(member.Replica.Value))
            {
                steps.Add(new MemberChange(MemberChangeKind.Remove, member));
            }
        }

        return new MembershipChange(
            steps,
            _pacing == CcfPacing.LeavesAtPeriods ? MembershipTransition.JointExplicit : MembershipTransition.Auto);
    }
}
