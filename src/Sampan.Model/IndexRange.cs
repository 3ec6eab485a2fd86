namespace Sampan.Model;

/// <summary>Log indexes from <see cref="FirstIndex"/> up to, not including, <see cref="EndIndex"/>.</summary>
public readonly record struct IndexRange(ulong FirstIndex, ulong EndIndex)
{
    /// <summary>Whether it holds no index.</summary>
    public bool IsEmpty => EndIndex <= FirstIndex;

    /// <summary>How many indexes it holds.</summary>
    public ulong Count => IsEmpty ? 0 : EndIndex - FirstIndex;

    /// <inheritdoc/>
    public override string ToString() => $"[{FirstIndex}, {EndIndex})";
}
