using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.MultiRaft.Peers;

/// <summary>
/// On which side of a recovery this store stands (consensus.md, majority lost): how often a majority was given up, and
/// whose recovery did it last. Stores of different standing exchange nothing but their handshakes.
/// </summary>
/// <remarks>
/// <para>Why nothing of a majority that was given up comes back (I-36). 1. Only a recovery raises a generation: by a
/// record that is durable before, or together with, the configurations that it writes. 2. A store that has a replica
/// keeps its standing; with any other one no stream is opened, so no vote, entry or snapshot passes. 3. A store without
/// a replica holds nothing that could contradict anybody. It takes the standing of the first store that has one, by a
/// record; until then no replica is made here (<see cref="PeerView.MayCreate"/>), and records reach the disk in their
/// order. What counts are facts that come over an open stream: a handshake alone may be that of a store which refuses
/// everybody, since it was given up. A group that is begun anew on such a store, with the first configuration, takes no
/// part: with other empty stores it would be a majority beside what is left. 4. Two stores that were recovered apart
/// count alike, so the directory is part of it.</para>
/// <para>A store that hears of a higher generation takes no part as long as it runs: clients that know its address must
/// not be served by both sides. Not for good, so that a recovery that was a mistake can be taken back by stopping the
/// store on which it was done.</para>
/// </remarks>
internal sealed class RecoveryStanding
{
    private ulong _generation;
    private Incarnation _by;

    /// <summary>What the newest record says; a store without one was never recovered.</summary>
    public RecoveryStanding(IReadOnlyList<StoreRecord> records)
    {
        foreach (var record in records)
        {
            if (record.Kind == StoreRecordKind.RecoveryGeneration)
            {
                (_generation, _by) = (record.RecoveryGeneration, record.Incarnation);
            }
        }
    }

    /// <summary>How often a majority was given up, as far as this store took part in what was left.</summary>
    public ulong Generation => _generation;

    /// <summary>Whether it may still take the standing of another store.</summary>
    public bool IsOpen { get; private set; } = true;

    /// <summary>Why the store takes no part any more; null if it does.</summary>
    public string? GivenUp { get; private set; }

    /// <summary>A replica is here, in a configuration of this generation.</summary>
    public void Holds(ulong generation)
    {
        IsOpen = false;
        if (generation > _generation)
        {
            (_generation, _by) = (generation, Incarnation.Unbound);
        }
    }

    /// <summary>A handshake with what this store says of its standing.</summary>
    public Handshake Sign(Handshake self) => self with
    {
        RecoveryGeneration = _generation,
        RecoveredBy = _by,
        HoldsNothing = IsOpen,
    };

    /// <summary>
    /// Why there is nothing to exchange with a store of this cluster; null if there may be. Takes note of a higher
    /// generation, and refuses everybody from then on.
    /// </summary>
    public string? RefusalOf(Handshake self, Handshake other)
    {
        if (GivenUp is not null)
        {
            return GivenUp;
        }

        if (IsSame(other)
            || (IsOpen && other.RecoveryGeneration > _generation)
            || (other.HoldsNothing && other.RecoveryGeneration < _generation))
        {
            return null;
        }

        var signed = Sign(self);
        if (other.RecoveryGeneration > _generation)
        {
            GivenUp ??= Refusals.GivenUp(signed, other);
        }

        return other.RecoveryGeneration == _generation
            ? Refusals.RecoveredApart(signed, other)
            : Refusals.Generation(signed, other);
    }

    /// <summary>
    /// A store repeats its facts over a stream that both have accepted: one that holds nothing takes the standing of
    /// one that does. Returns the record that keeps it, if it is another one than before.
    /// </summary>
    public StoreRecord? Join(Handshake other)
    {
        var isHigher = other.RecoveryGeneration > _generation;
        if (!IsOpen || other.HoldsNothing || !(isHigher || IsSame(other)))
        {
            return null;
        }

        IsOpen = false;
        if (!isHigher)
        {
            return null;
        }

        (_generation, _by) = (other.RecoveryGeneration, other.RecoveredBy);
        return new StoreRecord
        {
            Kind = StoreRecordKind.RecoveryGeneration,
            RecoveryGeneration = _generation,
            Incarnation = _by,
        };
    }

    private bool IsSame(Handshake other) => other.RecoveryGeneration == _generation && other.RecoveredBy == _by;
}
