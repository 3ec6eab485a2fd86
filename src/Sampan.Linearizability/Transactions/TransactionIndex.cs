using System.Runtime.InteropServices;

namespace Sampan.Linearizability.Transactions;

/// <summary>
/// Who wrote what: keys by number, and for each key and value the transaction that wrote it. Shared by the checkers of
/// lists and of registers, which differ in how they find the order of a key's versions.
/// </summary>
internal sealed class TransactionIndex
{
    private readonly Dictionary<string, int> _keyNumbers = new(StringComparer.Ordinal);
    private readonly List<string> _keys = [];
    private readonly Dictionary<(int Key, long Value), WriteRecord> _writes = [];

    /// <summary>Reads all writes of a history.</summary>
    /// <param name="operations">The transactions.</param>
    /// <param name="writing">Which action writes.</param>
    /// <exception cref="ArgumentException">Two writes of one key have the same value.</exception>
    public TransactionIndex(ReadOnlySpan<Operation<Transaction, Transaction>> operations, TransactionAction writing)
    {
        var lastOfKey = new Dictionary<int, long>();
        for (var i = 0; i < operations.Length; i++)
        {
            lastOfKey.Clear();
            foreach (var step in operations[i].Input.Steps)
            {
                var key = NumberOf(step.Key);
                if (step.Action != writing || step.Value is not { } value)
                {
                    continue;
                }

                if (!_writes.TryAdd((key, value), new WriteRecord(i, operations[i].Outcome, IsLast: true)))
                {
                    throw new ArgumentException($"two writes of {value} to {step.Key}", nameof(operations));
                }

                if (lastOfKey.TryGetValue(key, out var before))
                {
                    CollectionsMarshal.GetValueRefOrNullRef(_writes, (key, before)) =
                        new WriteRecord(i, operations[i].Outcome, IsLast: false);
                }

                lastOfKey[key] = value;
            }
        }
    }

    public int KeyCount => _keys.Count;

    public string NameOf(int key) => _keys[key];

    public bool TryGetWrite(int key, long value, out WriteRecord write) => _writes.TryGetValue((key, value), out write);

    /// <summary>The number of a key; a new one for a key that nothing wrote.</summary>
    public int NumberOf(string key)
    {
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_keyNumbers, key, out var exists);
        if (!exists)
        {
            number = _keys.Count;
            _keys.Add(key);
        }

        return number;
    }
}
