using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Applying;
using Sampan.MultiRaft.Doors;
using Sampan.MultiRaft.Peers;
using Sampan.Raft;

namespace Sampan.MultiRaft.Groups;

/// <content>Requests: proposals and their way to the leader, reads, changes, transfers.</content>
internal sealed partial class ReplicaHost
{
    /// <summary>A proposal that another store forwarded, or its leader's answer to one of ours.</summary>
    public void TakeForward(StoreId from, ForwardedProposal forward)
    {
        IsActive = true;
        if (forward.IsAnswer)
        {
            TakeAnswer(from, forward);
            return;
        }

        // A leader takes a sequence once: a stream never repeats, but an older stream's remains may come late.
        var last = _forwardedBy.GetValueOrDefault(forward.Origin.Store);
        if (last.Boot == forward.Origin.Boot && forward.Origin.Sequence <= last.Sequence)
        {
            return;
        }

        _forwardedBy[forward.Origin.Store] = (forward.Origin.Boot, forward.Origin.Sequence);
        if (_failure is not null || _core.Role != Role.Leader)
        {
            Answer(from, forward.Origin, default, RaftErrorCode.LeaderChanged);
            return;
        }

        if (forward.Command.Length > _store.Options.CommandBytesMax)
        {
            Answer(from, forward.Origin, default, RaftErrorCode.TooLarge);
            return;
        }

        if (_round.Count >= _store.Options.PendingProposalsMax || _store.IsOutOfSpace)
        {
            var code = _store.IsOutOfSpace ? RaftErrorCode.NoSpace : RaftErrorCode.Busy;
            Answer(from, forward.Origin, default, code);
            return;
        }

        _round.Add(new RoundProposal(forward.Origin, Envelope(forward.Origin, forward.Command), null));
    }

    /// <summary>
    /// Gives the round's proposals to the core, or sends them to the leader; then asks for its reads.
    /// </summary>
    public void FlushRequests(Instant now)
    {
        if (_round.Count > 0)
        {
            ProposeRound();
        }

        if (_roundReads.Count > 0)
        {
            ReadRound(now);
        }
    }

    private void Propose(PendingRequest request)
    {
        if (_proposals.Count >= _store.Options.PendingProposalsMax)
        {
            request.Fail(
                RaftErrorCode.Busy,
                RequestOutcome.NotApplied,
                "too many proposals of this group wait at this store",
                _store.Completions);
            return;
        }

        if (_store.IsOutOfSpace)
        {
            request.Fail(
                RaftErrorCode.NoSpace,
                RequestOutcome.NotApplied,
                "this store's disk is full: proposals are refused until there is room",
                _store.Completions);
            return;
        }

        var origin = new Origin(_store.Options.Store, _store.Options.Boot, _proposals.Add(request));
        _round.Add(new RoundProposal(origin, Envelope(origin, request.Payload), request));
    }

    private ReadOnlyMemory<byte> Envelope(Origin origin, ReadOnlyMemory<byte> command)
    {
        var payload = _share.Chunks.Take(CommandEnvelope.HeaderBytes + command.Length);
        CommandEnvelope.Write(payload.Span, origin, command.Span);
        return payload;
    }

    private void ProposeRound()
    {
        _batch.Clear();
        var time = _store.Clock.WallTicks;
        foreach (var proposal in _round)
        {
            _batch.Add(new Proposal(proposal.Payload, time));
        }

        var status = _core.Propose(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_batch), out var last);
        if (status == ProposeStatus.Accepted)
        {
            Placed(last);
        }
        else if (status == ProposeStatus.NotLeader && _core.Leader != ReplicaId.None && _core.Leader != _replica)
        {
            ForwardRound(_core.Leader);
        }
        else
        {
            RefuseRound(status);
        }

        _round.Clear();
    }

    private void Placed(LogId last)
    {
        var index = last.Index - (ulong)_round.Count;
        foreach (var proposal in _round)
        {
            index++;
            var position = new LogId(last.Term, index);
            if (proposal.Local is not null)
            {
                _proposals.Placed(proposal.Origin.Sequence, position);
            }
            else
            {
                Answer(proposal.Origin.Store, proposal.Origin, position, default);
            }
        }
    }

    private void ForwardRound(ReplicaId leader)
    {
        foreach (var proposal in _round)
        {
            if (proposal.Local is null)
            {
                Answer(proposal.Origin.Store, proposal.Origin, default, RaftErrorCode.LeaderChanged);
                continue;
            }

            if (leader == _cutOffLeader || !_speakers.TryGetStore(leader, out var store))
            {
                // It never leaves this store, so whoever asked may ask again.
                _proposals.Refuse(
                    proposal.Origin.Sequence, RaftErrorCode.NoLeader, "there is no way to the leader at present");
                continue;
            }

            proposal.Local.Target = leader;
            _store.Transport.Send(store, StoreMessage.Of(new ForwardedProposal
            {
                Group = Group,
                Replica = leader,
                Origin = proposal.Origin,
                Command = CommandEnvelope.CommandOf(proposal.Payload),
            }));
        }
    }

    private void RefuseRound(ProposeStatus status)
    {
        var code = status switch
        {
            ProposeStatus.Busy => RaftErrorCode.Busy,
            ProposeStatus.Transferring => RaftErrorCode.Transferring,
            _ => RaftErrorCode.NoLeader,
        };
        foreach (var proposal in _round)
        {
            if (proposal.Local is null)
            {
                Answer(proposal.Origin.Store, proposal.Origin, default, code);
            }
            else
            {
                _proposals.Refuse(proposal.Origin.Sequence, code, $"the proposal was refused: {code}");
            }
        }
    }

    private void Answer(StoreId to, Origin origin, LogId accepted, RaftErrorCode refused) =>
        _store.Transport.Send(to, StoreMessage.Of(new ForwardedProposal
        {
            Group = Group,
            Replica = _replica,
            Origin = origin,
            IsAnswer = true,
            Accepted = accepted,
            Refused = refused,
        }));

    private void TakeAnswer(StoreId from, ForwardedProposal answer)
    {
        // An answer to an earlier life of this store concerns nobody, and only who was asked may answer.
        if (answer.Origin.Boot != _store.Options.Boot
            || !_proposals.TryGetTarget(answer.Origin.Sequence, out var target)
            || !_speakers.TryGetStore(target, out var asked) || asked != from)
        {
            return;
        }

        if (answer.Accepted == default)
        {
            _proposals.Refuse(answer.Origin.Sequence, answer.Refused, $"the leader refused: {answer.Refused}");
            return;
        }

        if (answer.Accepted.Index < _backlogNext)
        {
            // Its index was handed to the state machine without it: another entry has its place, or a snapshot hid it.
            var isOther = _core.TryGetTerm(answer.Accepted.Index, out var term) && term != answer.Accepted.Term;
            if (isOther)
            {
                _proposals.Refuse(
                    answer.Origin.Sequence, RaftErrorCode.LeaderChanged, "another entry took its place in the log");
            }
            else
            {
                _proposals.GiveUp(
                    answer.Origin.Sequence, RaftErrorCode.CoveredBySnapshot, "a snapshot covered its place in the log");
            }

            return;
        }

        _proposals.Placed(answer.Origin.Sequence, answer.Accepted);
    }

    /// <summary>All linearizable reads of a round share one read index.</summary>
    private void ReadRound(Instant now)
    {
        var status = _core.ReadIndex(now, out var ticket);
        if (status == ReadStatus.Accepted)
        {
            _reads.Add(ticket, _roundReads);
            _roundReads = [];
            return;
        }

        var code = status switch
        {
            ReadStatus.NoLeader => RaftErrorCode.NoLeader,
            ReadStatus.Busy => RaftErrorCode.Busy,
            _ => RaftErrorCode.Unavailable,
        };
        FailReads(_roundReads, code, $"the read was refused: {code}");
    }

    private void ReadLocal(PendingRequest request)
    {
        Invariant.Holds(Lane is not null);
        request.ReadIndex = 0;
        _store.ApplyWorker.Enqueue(new ApplyWork(Lane) { Reads = [request] });
    }

    private void TakeSnapshot(PendingRequest request)
    {
        Invariant.Holds(Lane is not null);
        _store.ApplyWorker.Enqueue(new ApplyWork(Lane) { SnapshotRequest = request });
    }

    private void ChangeMembership(PendingRequest request, PeerView view)
    {
        Invariant.Holds(request.Change is not null);
        var change = BindNew(request.Change, view, out var stranger);
        if (stranger.Value > 0 && _core.Role == Role.Leader)
        {
            request.Fail(
                RaftErrorCode.InvalidChange,
                RequestOutcome.NotApplied,
                $"the leader's store has not met store {stranger}, which is to carry a voter: start it first, or add a "
                + "learner",
                _store.Completions);
            return;
        }

        var status = _change is null ? _core.ProposeChange(change) : ProposeStatus.ChangeInProgress;
        if (status == ProposeStatus.Accepted)
        {
            _change = request;
            _changeIndex = _core.ConfigurationAt(ulong.MaxValue).Index;
            return;
        }

        var code = status switch
        {
            ProposeStatus.NotLeader => RaftErrorCode.NotLeader,
            ProposeStatus.Transferring => RaftErrorCode.Transferring,
            ProposeStatus.ChangeInProgress => RaftErrorCode.ChangeInProgress,
            ProposeStatus.LearnerNotReady => RaftErrorCode.LearnerNotReady,
            ProposeStatus.Busy => RaftErrorCode.Busy,
            _ => RaftErrorCode.InvalidChange,
        };
        var reason = code == RaftErrorCode.InvalidChange
            ? "the change was refused: it changes nothing, leaves no voter, renames a bound member's store, or makes "
                + $"more than {Configuration.MembersMax} members"
            : $"the change was refused: {code}";
        request.Fail(code, RequestOutcome.NotApplied, reason, _store.Completions);
    }

    /// <summary>
    /// New members are bound by the change that adds them, where their stores are known: only then they are sent
    /// anything. A new voter whose store is not known is named in <paramref name="stranger"/>: it could not be bound
    /// before the change is over, and the change might need it to be over.
    /// </summary>
    private MembershipChange BindNew(MembershipChange change, PeerView view, out StoreId stranger)
    {
        var newest = _core.ConfigurationAt(ulong.MaxValue).Configuration;
        var steps = new List<MemberChange>(change.Steps.Count);
        stranger = default;
        foreach (var step in change.Steps)
        {
            var isNew = step.Kind is MemberChangeKind.AddVoter or MemberChangeKind.AddLearner
                && step.Member.Store.Value > 0 && !step.Member.Incarnation.IsBound
                && !newest.Contains(step.Member.Replica);
            var found = isNew ? view.NewcomerAt(step.Member.Store) : default;
            var isStranger = isNew && !found.IsBound && step.Kind == MemberChangeKind.AddVoter;
            stranger = isStranger ? step.Member.Store : stranger;
            steps.Add(found.IsBound ? step with { Member = step.Member with { Incarnation = found } } : step);
        }

        return new MembershipChange(steps, change.Transition);
    }

    private void Transfer(PendingRequest request, Instant now)
    {
        var status = _transfer is null ? _core.Transfer(request.Target, now) : TransferStatus.Transferring;
        switch (status)
        {
            case TransferStatus.Started:
                _transfer = request;
                _transferTerm = _core.Term;
                break;
            case TransferStatus.AlreadyLeader:
                request.Settle(_store.Completions);
                break;
            default:
                var code = status switch
                {
                    TransferStatus.NotLeader => RaftErrorCode.NotLeader,
                    TransferStatus.BadTarget => RaftErrorCode.BadTarget,
                    _ => RaftErrorCode.Transferring,
                };
                request.Fail(code, RequestOutcome.NotApplied, $"the transfer was refused: {code}", _store.Completions);
                break;
        }
    }
}
