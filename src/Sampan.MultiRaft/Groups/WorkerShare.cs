using Sampan.MultiRaft.Doors;

namespace Sampan.MultiRaft.Groups;

/// <summary>What the replicas of one group worker have in common; that worker alone touches it.</summary>
internal sealed class WorkerShare
{
    /// <summary>
    /// The share of one of <paramref name="workers"/> group workers, counted from 0; the pool is the whole store's.
    /// </summary>
    public WorkerShare(int worker, int workers, PendingRequestPool pool)
    {
        Sequences = new ProposalSequences(worker, workers);
        Pool = pool;
    }

    /// <summary>Numbers its proposals.</summary>
    public ProposalSequences Sequences { get; }

    /// <summary>Where the payloads of its proposals lie.</summary>
    public PayloadChunks Chunks { get; } = new();

    /// <summary>Requests for its doors.</summary>
    public PendingRequestPool Pool { get; }
}
