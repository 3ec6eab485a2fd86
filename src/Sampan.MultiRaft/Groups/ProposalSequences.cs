using Sampan.Base;

namespace Sampan.MultiRaft.Groups;

/// <summary>
/// Numbers the proposals that come through one group worker: never the same number twice in a store's life, whatever
/// becomes of the replicas they are made to (I-33). So (store, boot id, sequence) names one proposal for ever.
/// </summary>
/// <remarks>
/// Each worker of a store counts in steps of how many there are, from a start of its own: no two of them ever draw the
/// same number, and they share nothing. A group stays with its worker, so the sequences of its proposals rise.
/// </remarks>
internal sealed class ProposalSequences
{
    private readonly ulong _step;
    private ulong _next;

    /// <summary>The numbers of one of <paramref name="workers"/> group workers, counted from 0.</summary>
    public ProposalSequences(int worker, int workers)
    {
        Invariant.Holds(worker >= 0 && worker < workers);
        _step = (ulong)workers;
        _next = (ulong)worker + 1;
    }

    /// <summary>The next one; never 0.</summary>
    public ulong Next()
    {
        var next = _next;
        _next += _step;
        Invariant.Holds(_next > next, _next, next);
        return next;
    }
}
