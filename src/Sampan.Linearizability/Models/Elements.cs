using System.Collections;

namespace Sampan.Linearizability.Models;

/// <summary>
/// An immutable sequence of texts that is equal to another one with the same texts in the same order: the state of
/// sets and queues. Changes copy it, so it is for objects of some dozens of elements.
/// </summary>
public sealed class Elements : IReadOnlyList<string>, IEquatable<Elements>
{
    private readonly string[] _items;
    private readonly int _hash;

    private Elements(string[] items)
    {
        _items = items;
        // FNV-1a over all characters, with a separator: the same in every process, unlike the hash of a string.
        var hash = 2166136261u;
        foreach (var item in items)
        {
            foreach (var sign in item)
            {
                hash = (hash ^ sign) * 16777619u;
            }

            hash = (hash ^ char.MaxValue) * 16777619u;
        }

        _hash = (int)hash;
    }

    /// <summary>No elements.</summary>
    public static Elements Empty { get; } = new([]);

    /// <inheritdoc/>
    public int Count => _items.Length;

    /// <inheritdoc/>
    public string this[int index] => _items[index];

    /// <summary>The texts in the order given.</summary>
    public static Elements InOrder(IEnumerable<string> items) => new([.. items]);

    /// <summary>The texts as a set: sorted, each once.</summary>
    public static Elements AsSet(IEnumerable<string> items) =>
        new([.. items.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]);

    /// <summary>With one more text in a sorted sequence; the same if it is there.</summary>
    public Elements InsertSorted(string item)
    {
        var place = Array.BinarySearch(_items, item, StringComparer.Ordinal);
        return place < 0 ? InsertAt(~place, item) : this;
    }

    /// <summary>With one more text at the end.</summary>
    public Elements Append(string item) => InsertAt(_items.Length, item);

    /// <summary>Without the text at that place.</summary>
    public Elements RemoveAt(int place) => new([.. _items[..place], .. _items[(place + 1)..]]);

    /// <summary>Without the text, in a sorted sequence; the same if it is not there.</summary>
    public Elements RemoveSorted(string item)
    {
        var place = Array.BinarySearch(_items, item, StringComparer.Ordinal);
        return place < 0 ? this : RemoveAt(place);
    }

    /// <inheritdoc/>
    public bool Equals(Elements? other) => other is not null && _hash == other._hash
        && _items.AsSpan().SequenceEqual(other._items);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Elements);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash;

    /// <inheritdoc/>
    public IEnumerator<string> GetEnumerator() => ((IEnumerable<string>)_items).GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => $"[{string.Join(' ', _items)}]";

    private Elements InsertAt(int place, string item) => new([.. _items[..place], item, .. _items[place..]]);
}
