using Sampan.MultiRaft.Abstractions;

namespace SimulatedMachine;

/// <summary>
/// Counts how often keys came, for sixteen keys at most: a new one evicts the first. In a hash table that holes have
/// come into, which one is the first depends on its history, and a replica that came by snapshot has another history.
/// </summary>
public sealed class CacheMachine : IStateMachine
{
    private const int KeysMax = 16;

    private readonly IDictionary<byte, byte> _counts;

    /// <summary>An empty cache; unsorted, it is wrong.</summary>
    public CacheMachine(bool isSorted) =>
        _counts = isSorted ? new SortedDictionary<byte, byte>() : new Dictionary<byte, byte>();

    /// <inheritdoc/>
    public ulong AppliedIndex => 0;

    /// <inheritdoc/>
    public void Apply(ApplyContext context, ReadOnlySpan<Command> commands)
    {
        for (var i = 0; i < commands.Length; i++)
        {
            var key = commands[i].Payload.Span[0];
            _counts.TryGetValue(key, out var count);
            if (count == 0 && _counts.Count == KeysMax)
            {
                _counts.Remove(_counts.Keys.First());
            }

            _counts[key] = (byte)(count + 1);
            context.SetResult(i, new[] { _counts[key] });
        }
    }

    /// <inheritdoc/>
    public void Read(ReadContext context, ReadOnlyMemory<byte> query) => context.Return(ToBytes());

    /// <inheritdoc/>
    public ISnapshotWriter BeginSnapshot() => new CacheSnapshot(ToBytes());

    /// <inheritdoc/>
    public void Install(ISnapshotSource snapshot)
    {
        var bytes = new byte[snapshot.Files[0].LengthBytes];
        snapshot.Read(snapshot.Files[0].Name, 0, bytes);
        _counts.Clear();
        foreach (var pair in bytes.Chunk(2))
        {
            _counts.Add(pair[0], pair[1]);
        }
    }

    // Sorted, so that the same content gives the same bytes.
    private byte[] ToBytes() =>
        [.. _counts.OrderBy(pair => pair.Key).SelectMany(pair => new[] { pair.Key, pair.Value })];
}
