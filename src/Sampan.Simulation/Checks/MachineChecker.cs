using Sampan.Model;

namespace Sampan.Simulation.Checks;

/// <summary>
/// Whether a user's state machine is one: the same commands make the same state on every replica (I-16).
/// </summary>
internal sealed class MachineChecker
{
    private readonly GroupHistory _history;
    private readonly Dictionary<(ulong Index, ulong Of), (StoreId Store, ulong Hash)> _seen = [];

    /// <summary>The checker of a group.</summary>
    public MachineChecker(GroupHistory history) => _history = history;

    /// <summary>A command gave a result.</summary>
    public void Resulted(StoreId store, ulong index, ReadOnlySpan<byte> result) =>
        Compare(store, index, of: 1, Fingerprint.Of(result), "the result of the command");

    /// <summary>A query was answered when everything up to an index was applied.</summary>
    public void Answered(StoreId store, ulong index, ReadOnlySpan<byte> query, ReadOnlySpan<byte> answer) => Compare(
        store,
        index,
        Fingerprint.Of(query) | 4,
        Fingerprint.Of(answer),
        $"the answer to the query 0x{Convert.ToHexString(query)}");

    /// <summary>A snapshot of the state at an index has these bytes.</summary>
    public void Stood(StoreId store, ulong index, ulong hash) =>
        Compare(store, index, of: 2, hash, "the state, as its snapshot shows it,");

    /// <summary>A call threw.</summary>
    public void Threw(StoreId store, ulong index, string call, Exception cause) => _history.Fail(
        "I-16", $"{call} of the state machine on store {store} threw at index {index}: {cause}");

    private void Compare(StoreId store, ulong index, ulong of, ulong hash, string what)
    {
        if (!_seen.TryAdd((index, of), (store, hash)) && _seen[(index, of)] is var (first, other) && other != hash)
        {
            _history.Fail(
                "I-16", $"{what} at index {index} differs between store {first} and store {store}: the state machine "
                + "is not deterministic, or a snapshot does not hold all of its state");
        }
    }
}
