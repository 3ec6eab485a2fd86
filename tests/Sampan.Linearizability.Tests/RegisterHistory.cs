using Sampan.Linearizability.Models;

namespace Sampan.Linearizability.Tests;

/// <summary>Writes histories of registers in one line an event.</summary>
internal sealed class RegisterHistory
{
    /// <summary>The history.</summary>
    public History<RegisterInput<int?>, RegisterOutput<int?>> History { get; } = new();

    /// <summary>Invokes a read.</summary>
    public OperationId Read(int process) => History.Invoke(process, RegisterInput.Read<int?>());

    /// <summary>Invokes a write.</summary>
    public OperationId Write(int process, int? value) => History.Invoke(process, RegisterInput.Write(value));

    /// <summary>Invokes a swap.</summary>
    public OperationId Swap(int process, int? expected, int? value) =>
        History.Invoke(process, RegisterInput.CompareAndSwap(expected, value));

    /// <summary>A read returns.</summary>
    public void Sees(OperationId id, int? value) =>
        History.Complete(id, new RegisterOutput<int?> { Value = value });

    /// <summary>A write returns.</summary>
    public void Done(OperationId id) => History.Complete(id, default);

    /// <summary>A swap returns.</summary>
    public void Swapped(OperationId id, bool isSwapped) =>
        History.Complete(id, new RegisterOutput<int?> { IsSwapped = isSwapped });

    /// <summary>Checks it, and what the result claims.</summary>
    public CheckResult Check(CheckOptions? options = null)
    {
        var result = LinearizabilityChecker.Check(new RegisterModel<int?>(), History, options);
        WitnessAssert.Explains(new RegisterModel<int?>(), History, result);
        return result;
    }
}
