namespace Sampan.Linearizability.Models;

/// <summary>What is asked of a <see cref="KvModel"/>.</summary>
public readonly record struct KvInput
{
    /// <summary>What is done.</summary>
    public required KvAction Action { get; init; }

    /// <summary>The key.</summary>
    public required string Key { get; init; }

    /// <summary>The value to set or to append; not null for those.</summary>
    public string? Value { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Action switch
    {
        KvAction.Get => $"get {Key}",
        KvAction.Put => $"put {Key} \"{Value}\"",
        _ => $"append {Key} \"{Value}\"",
    };
}
