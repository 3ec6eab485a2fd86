using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Doors;

namespace Sampan.MultiRaft.Groups;

/// <summary>
/// Proposals of one group that came through this store's doors and are not answered. A proposal is found by its
/// sequence when its entry is applied, and by its place in the log when another entry is found there.
/// </summary>
internal sealed class ProposalTable
{
    private readonly Dictionary<ulong, PendingRequest> _bySequence = [];
    private readonly Dictionary<ulong, PendingRequest> _byIndex = [];
    private readonly List<PendingRequest> _scratch = [];
    private readonly ICompletionQueue _completions;
    private ulong _lastSequence;

    /// <summary>An empty table.</summary>
    public ProposalTable(ICompletionQueue completions) => _completions = completions;

    /// <summary>How many wait.</summary>
    public int Count => _bySequence.Count;

    /// <summary>Takes a proposal in and gives it its sequence.</summary>
    public ulong Add(PendingRequest request)
    {
        request.Sequence = ++_lastSequence;
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
        _byIndex[position.Index] = request;
    }

    /// <summary>Whether a proposal is still waiting.</summary>
    public bool Contains(ulong sequence) => _bySequence.ContainsKey(sequence);

    /// <summary>Takes the proposal whose entry is about to be applied; null if nobody waits for it.</summary>
    public PendingRequest? TakeApplied(ulong sequence, LogId position)
    {
        if (!_bySequence.Remove(sequence, out var request))
        {
            return null;
        }

        if (request.Position != default)
        {
            _byIndex.Remove(request.Position.Index);
        }

        request.Position = position;
        return request;
    }

    /// <summary>
    /// An entry is committed at <paramref name="position"/>: a proposal that had its place there in another term has
    /// lost it for ever.
    /// </summary>
    public void Committed(LogId position)
    {
        if (_byIndex.Count == 0 || !_byIndex.TryGetValue(position.Index, out var request)
            || request.Position.Term == position.Term)
        {
            return;
        }

        const string Reason = "another entry took its place in the log";
        Fail(request, RaftErrorCode.LeaderChanged, RequestOutcome.NotApplied, Reason);
    }

    /// <summary>A snapshot covers everything up to an index: results below it are not known here.</summary>
    public void CoveredTo(ulong index)
    {
        _scratch.Clear();
        foreach (var request in _byIndex.Values)
        {
            if (request.Position.Index <= index)
            {
                _scratch.Add(request);
            }
        }

        FailScratch(RaftErrorCode.CoveredBySnapshot, RequestOutcome.Unknown, "a snapshot covered its place in the log");
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
        if (request.Position != default)
        {
            _byIndex.Remove(request.Position.Index);
        }

        request.Fail(code, outcome, message, _completions);
    }
}
