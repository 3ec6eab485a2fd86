using Sampan.Model;
using Sampan.Raft.Tests.Fixture;

namespace Sampan.Raft.Tests.Conformance;

/// <content>What lies between the nodes, and when CCF would send what.</content>
internal sealed partial class CcfRunner
{
    private void ExecuteNetwork(CcfCommand command)
    {
        switch (command.Name)
        {
            case "dispatch_all":
                DispatchAll();
                break;
            case "dispatch_all_once":
                DispatchOnce();
                break;
            case "dispatch_one":
                DispatchOne(ReplicaOf(command.Number(0)));
                break;
            case "dispatch_single":
                Deliver(ReplicaOf(command.Number(0)), ReplicaOf(command.Number(1)));
                break;
            case "drop_pending":
                Drop(ReplicaOf(command.Number(0)), _cluster.Ids);
                break;
            case "drop_pending_to":
                Drop(ReplicaOf(command.Number(0)), [ReplicaOf(command.Number(1))]);
                break;
            case "disconnect":
                _cluster.Cut(ReplicaOf(command.Number(0)), ReplicaOf(command.Number(1)));
                break;
            case "disconnect_node":
                _cluster.Isolate(ReplicaOf(command.Number(0)));
                break;
            case "connect" or "reconnect":
                _cluster.Mend(ReplicaOf(command.Number(0)), ReplicaOf(command.Number(1)));
                break;
            case "reconnect_node":
                Reconnect(ReplicaOf(command.Number(0)));
                break;
            case "state_one" or "state_all" or "summarise_log" or "summarise_logs_all" or "summarise_messages":
                break;
            default:
                throw new NotSupportedException($"{command} is not known");
        }
    }

    private bool Holds(Message message)
    {
        var isDue = message.Kind != MessageKind.Append || message.From.Value == _inPeriod
            || !_openedTerms.Contains(message.Term) || _backlog.Count > 0 || _newcomers.Contains(message.To.Value)
            || _refusals.Contains((message.From.Value, message.To.Value));
        if (isDue)
        {
            return false;
        }

        if (_pacing == CcfPacing.AppendsAtPeriods
            || (message.Entries.Count > 0 && message.Entries.All(entry => !_indexes.IsKnown(entry.Id))))
        {
            return true;
        }

        _early.Add(message);
        return false;
    }

    private bool Deliver(ulong from, ulong to)
    {
        if (_cluster.Network.Waiting(from, to) is not [var parcel, ..])
        {
            return false;
        }

        if (IsFarewell(parcel.Message, _cluster[from]))
        {
            _cluster.Drop(from, to);
            return true;
        }

        if (!_cluster.Network.IsOpen(from, to))
        {
            _losses.Add((from, to));
        }
        else if (parcel.Message is { Kind: MessageKind.AppendResponse, Reject: true })
        {
            _refusals.Add((to, from));
        }
        else
        {
            FinishBefore(parcel.Message);
            var reason = CcfDivergence.OfVote(parcel.Message, _cluster[to], _cluster[from], _indexes)
                ?? CcfDivergence.OfAppend(
                    parcel.Message, _cluster[to], _cluster[from], _early.Contains(parcel.Message));
            Divergence ??= reason is null ? null : $"at line {_line}, {reason}";
        }

        return _cluster.Deliver(from, to);
    }

    /// <summary>
    /// Our leaders send a member the end of its removal, which CCF does not have as an entry, and that it is committed;
    /// CCF's leave a node alone whose removal is committed. Such a message is lost here.
    /// </summary>
    private bool IsFarewell(Message message, ReplicaUnderTest leader)
    {
        var isOurs = message.Kind is MessageKind.Commit or MessageKind.Append
            && message.Entries.All(entry => !_indexes.IsKnown(entry.Id));
        return isOurs && leader.IsUp && leader.Status.Role == Role.Leader
            && !leader.Status.Configuration.Configuration.Contains(message.To);
    }

    /// <summary>What the receiver of a vote request has still to do decides how its log ends.</summary>
    private void FinishBefore(Message message)
    {
        if (message.Kind is MessageKind.PreVote or MessageKind.Vote)
        {
            _cluster.Finish(_cluster[message.To.Value]);
        }
    }

    private void Drop(ulong from, IEnumerable<ulong> receivers)
    {
        foreach (var to in receivers.Where(to => _cluster.Network.Waiting(from, to).Count > 0).ToArray())
        {
            _losses.Add((from, to));
            _cluster.DropAll(from, to);
        }
    }

    /// <summary>
    /// A transport tells its replica of losses; here at the sender's next period, when CCF would send again.
    /// </summary>
    private void ReportLosses(ulong from)
    {
        foreach (var loss in _losses.Where(loss => loss.From == from).ToArray())
        {
            _losses.Remove(loss);
            _cluster[from].Do($"unreachable {loss.To}", core => core.PeerUnreachable(new ReplicaId(loss.To)));
        }
    }

    private void DispatchOne(ulong from)
    {
        foreach (var to in _cluster.Ids.ToArray())
        {
            while (Deliver(from, to))
            {
            }
        }
    }

    private void DispatchOnce()
    {
        foreach (var (from, to, count) in _cluster.Network.Busy.ConvertAll(
            link => (link.From, link.To, _cluster.Network.Waiting(link.From, link.To).Count)))
        {
            for (var i = 0; i < count; i++)
            {
                Deliver(from, to);
            }
        }

        EndRound();
    }

    /// <summary>All messages of a round are stepped; now everybody does what follows from them.</summary>
    private void EndRound()
    {
        _cluster.Finish();
        FlushBacklog();
        MaybeRetireLeaders();
        _cluster.Finish();
        _openedTerms.UnionWith(_cluster.Checker.Terms.Keys);
        _newcomers.Clear();
        _refusals.Clear();
    }

    private void DispatchAll()
    {
        for (var i = 0; i < 5 && _cluster.Network.Count > 0; i++)
        {
            DispatchOnce();
        }
    }

    private void Reconnect(ulong id)
    {
        foreach (var other in _cluster.Ids)
        {
            _cluster.Mend(id, other);
        }
    }
}
