namespace Sampan.Linearizability.Transactions;

/// <summary>One step of a transaction on one key. Immutable.</summary>
public sealed class TransactionStep
{
    private TransactionStep(TransactionAction action, string key, long? value, long[]? elements)
    {
        Action = action;
        Key = key;
        Value = value;
        Elements = elements;
    }

    /// <summary>What it does.</summary>
    public TransactionAction Action { get; }

    /// <summary>The key.</summary>
    public string Key { get; }

    /// <summary>
    /// What was written or appended, or read from a register; null for a register without a value, and for a read that
    /// was not answered yet.
    /// </summary>
    public long? Value { get; }

    /// <summary>
    /// The list that was read, first element first; null for other steps and for a read without an answer.
    /// </summary>
    public IReadOnlyList<long>? Elements { get; }

    internal ReadOnlySpan<long> ElementSpan => Elements as long[];

    /// <summary>Reads a register, with the value it had.</summary>
    public static TransactionStep Read(string key, long? value) => new(TransactionAction.Read, key, value, null);

    /// <summary>Reads a list, with what it held; null in the input of a transaction.</summary>
    public static TransactionStep ReadList(string key, IEnumerable<long>? elements) =>
        new(TransactionAction.ReadList, key, null, elements?.ToArray());

    /// <summary>Writes a register.</summary>
    public static TransactionStep Write(string key, long? value) => new(TransactionAction.Write, key, value, null);

    /// <summary>Appends an element to a list; the key's elements are unique over the whole history.</summary>
    public static TransactionStep Append(string key, long element) =>
        new(TransactionAction.Append, key, element, null);

    /// <inheritdoc/>
    public override string ToString() => Action switch
    {
        TransactionAction.Read => $"r {Key} {Text(Value)}",
        TransactionAction.ReadList => $"r {Key} {(Elements is null ? "?" : $"[{string.Join(' ', Elements)}]")}",
        TransactionAction.Write => $"w {Key} {Text(Value)}",
        _ => $"append {Key} {Text(Value)}",
    };

    private static string Text(long? value) => value is { } number ? $"{number}" : "nil";
}
