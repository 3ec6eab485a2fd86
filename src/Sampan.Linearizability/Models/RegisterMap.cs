namespace Sampan.Linearizability.Models;

/// <summary>
/// Registers by key: the state of a <see cref="MultiRegisterModel"/>. Immutable; equal to another one with the same
/// values. A register that was never written is nil. Changes copy it, so it is for some dozens of registers.
/// </summary>
public sealed class RegisterMap : IEquatable<RegisterMap>
{
    private readonly string[] _keys;
    private readonly long?[] _values;
    private readonly int _hash;

    private RegisterMap(string[] keys, long?[] values)
    {
        _keys = keys;
        _values = values;
        var hash = 17u;
        foreach (var value in values)
        {
            hash = (hash * 31) + (uint)(value ?? -1).GetHashCode();
        }

        _hash = (int)hash;
    }

    /// <summary>All registers nil.</summary>
    public static RegisterMap Empty { get; } = new([], []);

    /// <summary>How many registers were written.</summary>
    public int Count => _keys.Length;

    /// <summary>The value of a register.</summary>
    public long? this[string key]
    {
        get
        {
            var place = Array.BinarySearch(_keys, key, StringComparer.Ordinal);
            return place < 0 ? null : _values[place];
        }
    }

    /// <summary>The same with one register written.</summary>
    public RegisterMap With(string key, long? value)
    {
        var place = Array.BinarySearch(_keys, key, StringComparer.Ordinal);
        if (place >= 0)
        {
            var values = (long?[])_values.Clone();
            values[place] = value;
            return new RegisterMap(_keys, values);
        }

        place = ~place;
        return new RegisterMap(
            [.. _keys[..place], key, .. _keys[place..]],
            [.. _values[..place], value, .. _values[place..]]);
    }

    /// <inheritdoc/>
    public bool Equals(RegisterMap? other) => other is not null && _hash == other._hash
        && _values.AsSpan().SequenceEqual(other._values)
        && (ReferenceEquals(_keys, other._keys) || _keys.AsSpan().SequenceEqual(other._keys));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as RegisterMap);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash;

    /// <inheritdoc/>
    public override string ToString()
    {
        var pairs = _keys.Select((key, i) => $"{key}={(_values[i] is { } value ? $"{value}" : "nil")}");
        return $"{{{string.Join(", ", pairs)}}}";
    }
}
