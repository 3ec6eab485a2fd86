namespace Sampan.Linearizability.Search;

/// <summary>
/// Where a search that finds nothing got furthest. Its first run only notes the latest return that was ever the first
/// open one: everything that returned before it can be explained, it cannot, because a search that had placed it would
/// have met a later one. A second run collects what happened there.
/// </summary>
internal sealed class SearchWitness
{
    private const int StatesMax = 16;

    private readonly List<int> _states = [];
    private int _moveCountBest = -1;

    /// <summary>The key of the latest first open return.</summary>
    public long FurthestKey { get; private set; }

    /// <summary>Whether to collect; until then only the key is noted.</summary>
    public bool IsWatching { get; set; }

    /// <summary>The states that were met there, by their numbers.</summary>
    public IReadOnlyList<int> States => _states;

    /// <summary>The longest order that led there.</summary>
    public IReadOnlyList<OperationId> Order { get; set; } = [];

    /// <summary>Notes a configuration; true if its order is the longest so far and should be kept.</summary>
    public bool Sees(long openReturnKey, int state, int moveCount)
    {
        if (!IsWatching)
        {
            FurthestKey = Math.Max(FurthestKey, openReturnKey);
            return false;
        }

        if (openReturnKey != FurthestKey)
        {
            return false;
        }

        if (_states.Count < StatesMax && !_states.Contains(state))
        {
            _states.Add(state);
        }

        if (moveCount <= _moveCountBest)
        {
            return false;
        }

        _moveCountBest = moveCount;
        return true;
    }
}
