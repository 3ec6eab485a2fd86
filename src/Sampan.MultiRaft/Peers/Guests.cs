using Sampan.Model;

namespace Sampan.MultiRaft.Peers;

/// <summary>
/// Stores that nobody here knows, and that wanted to connect. They are refused, and nothing of them is written; but
/// their incarnations are remembered for a while, since a store comes up before the change that adds it and a new voter
/// is bound by that very change. Bounded: of too many the one that was heard of longest ago is forgotten, and one that
/// is there knocks again.
/// </summary>
internal sealed class Guests
{
    /// <summary>How many are remembered.</summary>
    public const int Max = 64;

    private readonly SortedDictionary<StoreId, (Incarnation Incarnation, ulong Knock)> _known = [];
    private ulong _knocks;

    /// <summary>All of them, by store.</summary>
    public IEnumerable<RecordedStore> All => _known.Select(pair => new RecordedStore(pair.Key, pair.Value.Incarnation));

    /// <summary>A store wanted to connect.</summary>
    public void Note(StoreId store, Incarnation incarnation)
    {
        if (_known.Count >= Max && !_known.ContainsKey(store))
        {
            _known.Remove(_known.MinBy(pair => pair.Value.Knock).Key);
        }

        _known[store] = (incarnation, ++_knocks);
    }

    /// <summary>A store is known by more than its word.</summary>
    public void Forget(StoreId store) => _known.Remove(store);
}
