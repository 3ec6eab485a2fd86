namespace Sampan.Model;

/// <summary>
/// 64 random bits a process start: tells an answer to this life of a store from one to an earlier life.
/// </summary>
public readonly record struct BootId(ulong Value)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Value:x16}";
}
