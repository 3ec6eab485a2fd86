using Sampan.Base;

namespace Sampan.Linearizability.Search;

/// <summary>
/// Gives each distinct state a small number, so that configurations compare and store states as integers. An open
/// table of its own rather than a dictionary, because null may be a state and because its bytes are counted.
/// Invariant: a number, once given, stands for the same state until <see cref="Clear"/>.
/// </summary>
internal sealed class StateTable<TState>
{
    private const int SlotsAtStart = 64;
    private const int BytesAnEntry = 24;

    private readonly IEqualityComparer<TState> _comparer;
    private readonly List<TState> _states = [];
    private readonly List<int> _hashes = [];
    private int[] _slots = new int[SlotsAtStart];

    public StateTable(IEqualityComparer<TState> comparer) => _comparer = comparer;

    /// <summary>Bytes for the table itself; what a state takes is the model's to say.</summary>
    public long OverheadBytes => ((long)_states.Count * BytesAnEntry) + ((long)_slots.Length * sizeof(int));

    public int Count => _states.Count;

    public TState this[int number] => _states[number];

    public void Clear()
    {
        _states.Clear();
        _hashes.Clear();
        _slots = new int[SlotsAtStart];
    }

    /// <summary>The number of the state; a new one, the former <see cref="Count"/>, if it was never seen.</summary>
    public int NumberOf(TState state)
    {
        var hash = state is null ? 0 : _comparer.GetHashCode(state);
        var mask = _slots.Length - 1;
        var slot = SlotOf(hash) & mask;
        while (_slots[slot] != 0)
        {
            var number = _slots[slot] - 1;
            if (_hashes[number] == hash && _comparer.Equals(_states[number], state))
            {
                return number;
            }

            slot = (slot + 1) & mask;
        }

        _states.Add(state);
        _hashes.Add(hash);
        _slots[slot] = _states.Count;
        if (_states.Count * 2 > _slots.Length)
        {
            Grow();
        }

        return _states.Count - 1;
    }

    // Hashes of small integers are the integers themselves: spread them over all bits.
    private static int SlotOf(int hash) => (int)(((uint)hash * 0x9E3779B97F4A7C15UL) >> 32);

    private void Grow()
    {
        _slots = new int[_slots.Length * 2];
        var mask = _slots.Length - 1;
        for (var number = 0; number < _states.Count; number++)
        {
            var slot = SlotOf(_hashes[number]) & mask;
            while (_slots[slot] != 0)
            {
                slot = (slot + 1) & mask;
            }

            _slots[slot] = number + 1;
        }

        Invariant.Holds(_states.Count * 2 <= _slots.Length);
    }
}
