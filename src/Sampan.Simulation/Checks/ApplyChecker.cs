using Sampan.Model;

namespace Sampan.Simulation.Checks;

/// <summary>
/// What state machines applied: the same history on all replicas, each command once, and what was said to clients of
/// it (I-02, I-16, I-17, I-24).
/// </summary>
internal sealed class ApplyChecker
{
    private readonly GroupHistory _history;
    private readonly Dictionary<ulong, AppliedWrite> _applied = [];
    private readonly Dictionary<ulong, ulong> _indexOfValue = [];
    private readonly HashSet<ulong> _refused = [];

    /// <summary>The checker of a group.</summary>
    public ApplyChecker(GroupHistory history) => _history = history;

    /// <summary>How many commands were applied somewhere.</summary>
    public int AppliedCount => _applied.Count;

    /// <summary>The same index means the same command and the same history.</summary>
    public void Applied(StoreId store, LogId position, AppliedWrite write)
    {
        if (!_applied.TryAdd(position.Index, write) && _applied[position.Index] != write)
        {
            _history.Fail("I-16", $"store {store} applied {write} at {position}, others {_applied[position.Index]}");
        }

        if (!_indexOfValue.TryAdd(write.Value, position.Index) && _indexOfValue[write.Value] != position.Index)
        {
            _history.Fail(
                "I-17", $"store {store} applied value {write.Value} at {position}; it was applied at "
                + $"{_indexOfValue[write.Value]} already");
        }

        if (_refused.Contains(write.Value))
        {
            _history.Fail(
                "I-24", $"value {write.Value} was reported as not applied, and store {store} applied it at {position}");
        }
    }

    /// <summary>
    /// A state was installed that stands for everything up to an index; its last write stands at another.
    /// </summary>
    public void Installed(StoreId store, ulong lastWriteIndex, ulong hash)
    {
        if (_applied.TryGetValue(lastWriteIndex, out var write) && write.Hash != hash)
        {
            _history.Fail("I-16", $"store {store} installed a state at {lastWriteIndex} that differs from others'");
        }
    }

    /// <summary>An acknowledgement: the write is in the group's history at that place.</summary>
    public void Acknowledged(LogId position, ulong value)
    {
        if (!_applied.TryGetValue(position.Index, out var write) || write.Value != value || write.Term != position.Term)
        {
            _history.Fail("I-24", $"value {value} was acknowledged at {position}, where nobody applied it");
        }
    }

    /// <summary>A refusal that promises that the write has had no effect and never will.</summary>
    public void Refused(ulong value)
    {
        _refused.Add(value);
        if (_indexOfValue.TryGetValue(value, out var index))
        {
            _history.Fail("I-24", $"value {value} was reported as not applied, but stands at index {index}");
        }
    }

    /// <summary>A client tries again what it was told had no effect.</summary>
    public void TriedAgain(ulong value) => _refused.Remove(value);

    /// <summary>Whether a value that was read was ever written there.</summary>
    public bool IsApplied(ulong index, ulong key, ulong value) =>
        _applied.TryGetValue(index, out var write) && write.Key == key && write.Value == value;
}
