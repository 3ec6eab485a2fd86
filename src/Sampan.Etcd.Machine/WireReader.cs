namespace Sampan.Etcd.Machine;

/// <summary>
/// Reads the fields of a small protobuf message in place. It knows no more than the hot requests need: whatever it
/// cannot read is left to the generated parser, which decides.
/// </summary>
internal ref struct WireReader
{
    private const int VarintBytesMax = 10;

    private ReadOnlySpan<byte> _rest;

    /// <summary>A reader at the beginning of a message.</summary>
    public WireReader(ReadOnlySpan<byte> message) => _rest = message;

    /// <summary>Whether the message is read to its end.</summary>
    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <summary>Reads a number, or a field's tag.</summary>
    public bool TryReadVarint(out ulong value)
    {
        value = 0;
        for (var i = 0; i < _rest.Length && i < VarintBytesMax; i++)
        {
            value |= (ulong)(_rest[i] & 0x7f) << (7 * i);
            if (_rest[i] < 0x80)
            {
                _rest = _rest[(i + 1)..];
                return true;
            }
        }

        return false;
    }

    /// <summary>Reads a number with a sign.</summary>
    public bool TryReadInt64(out long value)
    {
        var isRead = TryReadVarint(out var bits);
        value = (long)bits;
        return isRead;
    }

    /// <summary>Reads the number of an enum's member.</summary>
    public bool TryReadEnum(out int value)
    {
        var isRead = TryReadVarint(out var bits);
        value = (int)bits;
        return isRead;
    }

    /// <summary>Reads a truth value.</summary>
    public bool TryReadBool(out bool value)
    {
        var isRead = TryReadVarint(out var bits);
        value = bits != 0;
        return isRead;
    }

    /// <summary>Reads bytes, in place.</summary>
    public bool TryReadBytes(out ReadOnlySpan<byte> value)
    {
        if (!TryReadVarint(out var length) || length > (ulong)_rest.Length)
        {
            value = default;
            return false;
        }

        value = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return true;
    }
}
