using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Quorum;

namespace Sampan.Raft.Tests.Quorum;

/// <summary>What a drawn set of replicas acknowledged and voted; each of them may be unknown.</summary>
internal readonly struct RandomInputs : IAcknowledged, IBallots
{
    private readonly ulong?[] _indexes;
    private readonly bool?[] _votes;

    /// <summary>
    /// Draws inputs for the replicas below <paramref name="replicaEnd"/>. Indexes come from a small range, so that
    /// equal ones are frequent.
    /// </summary>
    public RandomInputs(Prng prng, int replicaEnd)
    {
        _indexes = new ulong?[replicaEnd];
        _votes = new bool?[replicaEnd];
        for (var i = 0; i < replicaEnd; i++)
        {
            _indexes[i] = prng.Chance(1, 4) ? null : prng.NextBelow(8UL);
            _votes[i] = prng.Chance(1, 3) ? null : prng.Chance(1, 2);
        }
    }

    private RandomInputs(bool?[] votes)
    {
        _indexes = [];
        _votes = votes;
    }

    /// <summary>The index that counts for a replica.</summary>
    public ulong IndexOf(ReplicaId replica) => TryGetIndex(replica, out var index) ? index : 0;

    /// <summary>Whether a replica granted its vote.</summary>
    public bool Granted(ReplicaId replica) => TryGetVote(replica, out var granted) && granted;

    /// <summary>These ballots with every missing one filled in, in every way there is.</summary>
    public IEnumerable<RandomInputs> Completions()
    {
        var votes = _votes;
        var missing = Enumerable.Range(0, votes.Length).Where(i => votes[i] is null).ToArray();
        for (var bits = 0; bits < 1 << missing.Length; bits++)
        {
            var completed = (bool?[])votes.Clone();
            for (var i = 0; i < missing.Length; i++)
            {
                completed[missing[i]] = (bits & (1 << i)) != 0;
            }

            yield return new RandomInputs(completed);
        }
    }

    /// <inheritdoc/>
    public bool TryGetIndex(ReplicaId replica, out ulong index)
    {
        index = _indexes[replica.Value] ?? 0;
        return _indexes[replica.Value] is not null;
    }

    /// <inheritdoc/>
    public bool TryGetVote(ReplicaId replica, out bool granted)
    {
        granted = _votes[replica.Value] ?? false;
        return _votes[replica.Value] is not null;
    }
}
