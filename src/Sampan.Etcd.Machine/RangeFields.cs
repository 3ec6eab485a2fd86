using Sampan.Protocol.Etcd;

namespace Sampan.Etcd.Machine;

/// <summary>The fields of a read of one key as it is now, read in place: the way of most reads.</summary>
internal readonly ref struct RangeFields
{
    private const ulong KeyTag = (RangeRequest.KeyFieldNumber << 3) | 2;
    private const ulong LimitTag = RangeRequest.LimitFieldNumber << 3;
    private const ulong SerializableTag = RangeRequest.SerializableFieldNumber << 3;
    private const ulong KeysOnlyTag = RangeRequest.KeysOnlyFieldNumber << 3;
    private const ulong CountOnlyTag = RangeRequest.CountOnlyFieldNumber << 3;

    private RangeFields(ReadOnlySpan<byte> key, bool serializable, bool keysOnly, bool countOnly)
    {
        Key = key;
        Serializable = serializable;
        KeysOnly = keysOnly;
        CountOnly = countOnly;
    }

    /// <summary>The key.</summary>
    public ReadOnlySpan<byte> Key { get; }

    /// <summary>Whether the store's own state is fresh enough.</summary>
    public bool Serializable { get; }

    /// <summary>Whether the value is left out.</summary>
    public bool KeysOnly { get; }

    /// <summary>Whether only the count is wanted.</summary>
    public bool CountOnly { get; }

    /// <summary>
    /// Reads a message that holds these fields and no others (a limit apart, which one key never reaches); false leaves
    /// it to the generated parser.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> message, out RangeFields fields)
    {
        fields = default;
        ReadOnlySpan<byte> key = default;
        var (serializable, keysOnly, countOnly) = (false, false, false);
        var reader = new WireReader(message);
        while (!reader.IsAtEnd)
        {
            var isRead = reader.TryReadVarint(out var tag) && tag switch
            {
                KeyTag => reader.TryReadBytes(out key),
                LimitTag => reader.TryReadVarint(out _),
                SerializableTag => reader.TryReadBool(out serializable),
                KeysOnlyTag => reader.TryReadBool(out keysOnly),
                CountOnlyTag => reader.TryReadBool(out countOnly),
                _ => false,
            };
            if (!isRead)
            {
                return false;
            }
        }

        fields = new RangeFields(key, serializable, keysOnly, countOnly);
        return true;
    }
}
