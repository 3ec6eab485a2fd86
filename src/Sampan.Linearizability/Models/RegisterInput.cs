namespace Sampan.Linearizability.Models;

/// <summary>Makes inputs of a <see cref="RegisterModel{TValue}"/>.</summary>
public static class RegisterInput
{
    /// <summary>Reads a register; the one without a name if no key is given.</summary>
    public static RegisterInput<TValue> Read<TValue>(string? key = null) =>
        new() { Action = RegisterAction.Read, Key = key };

    /// <summary>Writes a register.</summary>
    public static RegisterInput<TValue> Write<TValue>(TValue value, string? key = null) =>
        new() { Action = RegisterAction.Write, Key = key, Value = value };

    /// <summary>Writes a register if it has the expected value.</summary>
    public static RegisterInput<TValue> CompareAndSwap<TValue>(TValue expected, TValue value, string? key = null) =>
        new() { Action = RegisterAction.CompareAndSwap, Key = key, Expected = expected, Value = value };
}

/// <summary>What is asked of a register.</summary>
/// <typeparam name="TValue">Its values.</typeparam>
public readonly record struct RegisterInput<TValue>
{
    /// <summary>What is done.</summary>
    public required RegisterAction Action { get; init; }

    /// <summary>Which register; each is a partition. Null for the only one.</summary>
    public string? Key { get; init; }

    /// <summary>The expected value of <see cref="RegisterAction.CompareAndSwap"/>.</summary>
    public TValue? Expected { get; init; }

    /// <summary>The value to set.</summary>
    public TValue? Value { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Action switch
    {
        RegisterAction.Read => "read",
        RegisterAction.Write => $"write {Text(Value)}",
        _ => $"cas {Text(Expected)} to {Text(Value)}",
    };

    private static string Text(TValue? value) => value?.ToString() ?? "nil";
}
