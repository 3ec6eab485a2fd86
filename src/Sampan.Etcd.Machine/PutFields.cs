using Sampan.Protocol.Etcd;

namespace Sampan.Etcd.Machine;

/// <summary>A put's fields, read in place: the way of every single write, so nothing is copied to look at it.</summary>
internal readonly ref struct PutFields
{
    private const ulong KeyTag = (PutRequest.KeyFieldNumber << 3) | 2;
    private const ulong ValueTag = (PutRequest.ValueFieldNumber << 3) | 2;
    private const ulong LeaseTag = PutRequest.LeaseFieldNumber << 3;
    private const ulong PrevKvTag = PutRequest.PrevKvFieldNumber << 3;
    private const ulong IgnoreValueTag = PutRequest.IgnoreValueFieldNumber << 3;
    private const ulong IgnoreLeaseTag = PutRequest.IgnoreLeaseFieldNumber << 3;

    private PutFields(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, long lease, bool prevKv, bool ignoreValue, bool ignoreLease)
    {
        Key = key;
        Value = value;
        Lease = lease;
        PrevKv = prevKv;
        IgnoreValue = ignoreValue;
        IgnoreLease = ignoreLease;
    }

    /// <summary>The key.</summary>
    public ReadOnlySpan<byte> Key { get; }

    /// <summary>The value.</summary>
    public ReadOnlySpan<byte> Value { get; }

    /// <summary>The lease; 0: none.</summary>
    public long Lease { get; }

    /// <summary>Whether the version before is wanted.</summary>
    public bool PrevKv { get; }

    /// <summary>Whether the old value is kept.</summary>
    public bool IgnoreValue { get; }

    /// <summary>Whether the old lease is kept.</summary>
    public bool IgnoreLease { get; }

    /// <summary>The fields of a parsed request.</summary>
    public static PutFields Of(PutRequest put) =>
        new(put.Key.Span, put.Value.Span, put.Lease, put.PrevKv, put.IgnoreValue, put.IgnoreLease);

    /// <summary>
    /// Reads a message that holds these fields and no others; false leaves it to the generated parser.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> message, out PutFields fields)
    {
        fields = default;
        ReadOnlySpan<byte> key = default;
        ReadOnlySpan<byte> value = default;
        var lease = 0L;
        var (prevKv, ignoreValue, ignoreLease) = (false, false, false);
        var reader = new WireReader(message);
        while (!reader.IsAtEnd)
        {
            var isRead = reader.TryReadVarint(out var tag) && tag switch
            {
                KeyTag => reader.TryReadBytes(out key),
                ValueTag => reader.TryReadBytes(out value),
                LeaseTag => reader.TryReadInt64(out lease),
                PrevKvTag => reader.TryReadBool(out prevKv),
                IgnoreValueTag => reader.TryReadBool(out ignoreValue),
                IgnoreLeaseTag => reader.TryReadBool(out ignoreLease),
                _ => false,
            };
            if (!isRead)
            {
                return false;
            }
        }

        fields = new PutFields(key, value, lease, prevKv, ignoreValue, ignoreLease);
        return true;
    }
}
