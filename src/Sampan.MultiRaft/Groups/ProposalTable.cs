using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Doors;

namespace Sampan.MultiRaft.Groups;

/// <summary>
/// Proposals of one group that came through this store's doors and are not answered. A proposal is found by its
/// sequence when its entry is applied. It has lost its place for ever when an entry of a later term is committed,
/// wherever that stands.
/// </summary>
/// <remarks>
/// Why the term alone decides. (1) Entries come here in the order of the log, and terms never fall along a log. (2) So
/// behind a committed entry of term t no entry of an earlier term is ever committed. (3) One before it would have been
/// taken by its sequence already. To wait for the very index instead could take for ever: the new leader's log may end
/// below it.
/// </remarks>
internal sealed class ProposalTable
{
    private const string Overtaken = "another entry took its place in the log";

    private readonly Dictionary<ulong, PendingRequest> _bySequence = [];
    private readonly List<PendingRequest> _scratch = [];
    private readonly ICompletionQueue _completions;
    private readonly ProposalSequences _sequences;
    private ulong _lastSequence;

    // The term of the newest entry that was handed to the state machine.
    private ulong _committedTerm;

    /// <summary>An empty table, whose proposals are numbered by <paramref name="sequences"/>.</summary>
    public ProposalTable(ICompletionQueue completions, ProposalSequences sequences)
    {
        _completions = completions;
        _sequences = sequences;
    }

    /// <summary>How many wait.</summary>
    public int Count => _bySequence.Count;

    /// <summary>Takes a proposal in and gives it its sequence.</summary>
    public ulong Add(PendingRequest request)
    {
        request.Sequence = _sequences.Next();
        // A leader takes the sequences of a life of a store only as they rise (I-33).
        Invariant.Holds(request.Sequence > _lastSequence, request.Sequence, _lastSequence);
        _lastSequence = request.Sequence;
        _bySequence.Add(request.Sequence, request);
        return request.Sequence;
    }

    /// <summary>A proposal has its place in a leader's log.</summary>
    public void Placed(ulong sequence, LogId position)
    {
        if (!_bySequence.TryGetValue(sequence, out var request))
        {
            return;
        }

        request.Position = position;
        if (position.Term < _committedTerm)
        {
            Fail(request, RaftErrorCode.LeaderChanged, RequestOutcome.NotApplied, Overtaken);
        }
    }

    /// <summary>Whether a proposal is still waiting.</summary>
    public bool Contains(ulong sequence) => _bySequence.ContainsKey(sequence);

    /// <summary>Which leader a proposal that still waits was passed to; none: it was not.</summary>
    public bool TryGetTarget(ulong sequence, out ReplicaId target)
    {
        var isWaiting = _bySequence.TryGetValue(sequence, out var request);
        target = request?.Target ?? ReplicaId.None;
        return isWaiting;
    }

    /// <summary>
    /// Takes the proposal whose entry is about to be applied; null if nobody waits for it. Where its place is known, it
    /// is this one: a proposal gets one place in its life (I-33).
    /// </summary>
    public PendingRequest? TakeApplied(ulong sequence, LogId position)
    {
        if (!_bySequence.Remove(sequence, out var request))
        {
            return null;
        }

        Invariant.Holds(request.Position == default || request.Position == position);
        request.Position = position;
        return request;
    }

    /// <summary>
    /// An entry is committed at <paramref name="position"/>, and whoever waited for it was taken: proposals that had
    /// their place in an earlier term have lost it for ever.
    /// </summary>
    public void Committed(LogId position)
    {
        if (position.Term <= _committedTerm)
        {
            return;
        }

        _committedTerm = position.Term;
        _scratch.Clear();
        foreach (var request in _bySequence.Values)
        {
            if (request.Position != default && request.Position.Term < position.Term)
            {
                _scratch.Add(request);
            }
        }

        FailScratch(RaftErrorCode.LeaderChanged, RequestOutcome.NotApplied, Overtaken);
    }

    /// <summary>A snapshot covers everything up to a position: results below it are not known here.</summary>
    public void CoveredTo(LogId position)
    {
        _scratch.Clear();
        foreach (var request in _bySequence.Values)
        {
            if (request.Position != default && request.Position.Index <= position.Index)
            {
                _scratch.Add(request);
            }
        }

        FailScratch(RaftErrorCode.CoveredBySnapshot, RequestOutcome.Unknown, "a snapshot covered its place in the log");
        Committed(position);
    }

    /// <summary>
    /// Proposals that were passed to <paramref name="leader"/> and have no answer may be anywhere: it, or the way to
    /// it, was lost.
    /// </summary>
    public void LeaderLost(ReplicaId leader, RaftErrorCode code)
    {
        _scratch.Clear();
        foreach (var request in _bySequence.Values)
        {
            if (request.Position == default && request.Target == leader)
            {
                _scratch.Add(request);
            }
        }

        FailScratch(code, RequestOutcome.Unknown, "the leader was lost before it answered");
    }

    /// <summary>A proposal was refused where it could not have had any effect.</summary>
    public void Refuse(ulong sequence, RaftErrorCode code, string message)
    {
        if (_bySequence.TryGetValue(sequence, out var request))
        {
            Fail(request, code, RequestOutcome.NotApplied, message);
        }
    }

    /// <summary>A proposal's outcome can no longer be learnt here.</summary>
    public void GiveUp(ulong sequence, RaftErrorCode code, string message)
    {
        if (_bySequence.TryGetValue(sequence, out var request))
        {
            Fail(request, code, RequestOutcome.Unknown, message);
        }
    }

    /// <summary>The replica stops: nothing more is learnt of any of them.</summary>
    public void FailAll(RaftErrorCode code, string message)
    {
        _scratch.Clear();
        _scratch.AddRange(_bySequence.Values);
        FailScratch(code, RequestOutcome.Unknown, message);
    }

    private void FailScratch(RaftErrorCode code, RequestOutcome outcome, string message)
    {
        // By sequence, since a dictionary's order must not reach the simulator.
        _scratch.Sort(static (left, right) => left.Sequence.CompareTo(right.Sequence));
        foreach (var request in _scratch)
        {
            Fail(request, code, outcome, message);
        }

        _scratch.Clear();
    }

    private void Fail(PendingRequest request, RaftErrorCode code, RequestOutcome outcome, string message)
    {
        _bySequence.Remove(request.Sequence);
        request.Fail(code, outcome, message, _completions);
    }
}
