using Sampan.Linearizability;
using Sampan.Linearizability.Models;
using Sampan.Model;

namespace Sampan.Simulation.Checks;

/// <summary>
/// What clients saw of all registers, judged at the end by search (Wing and Gong 1993, Lowe 2017). Unlike
/// <see cref="RegisterChecker"/> it believes nothing of what the log says about indexes: only answers count.
/// </summary>
internal sealed class CallHistory
{
    private static readonly CheckOptions _bounds = new() { StepsMax = 20_000_000 };

    private readonly History<RegisterInput<ulong>, RegisterOutput<ulong>> _history = new();

    /// <summary>A client reads a register.</summary>
    public OperationId Reads(GroupId group, ulong key) =>
        _history.Invoke(0, RegisterInput.Read<ulong>(NameOf(group, key)));

    /// <summary>A client writes a value.</summary>
    public OperationId Writes(GroupId group, ulong key, ulong value) =>
        _history.Invoke(0, RegisterInput.Write(value, NameOf(group, key)));

    /// <summary>A read saw a value; 0: none was written yet.</summary>
    public void Saw(OperationId call, ulong value) =>
        _history.Complete(call, new RegisterOutput<ulong> { Value = value });

    /// <summary>A write was acknowledged.</summary>
    public void Wrote(OperationId call) => _history.Complete(call, default);

    /// <summary>A call failed, and surely had no effect.</summary>
    public void Failed(OperationId call) => _history.Fail(call);

    /// <summary>
    /// Throws if no order of the calls explains the answers. True if it was found out; false if the bounds ran out,
    /// which says nothing.
    /// </summary>
    public bool Judge()
    {
        var result = LinearizabilityChecker.Check(new RegisterModel<ulong>(), _history, _bounds);
        return result.Failure is { } failure
            ? throw new SimulationFailedException(
                $"no order of the calls to register {failure.Key} explains the answers; the first without a place is "
                + $"{(failure.Unplaced is { } unplaced ? _history[unplaced] : null)} in "
                + string.Join(", ", failure.States))
            : result.Verdict == Verdict.Linearizable;
    }

    private static string NameOf(GroupId group, ulong key) => $"{group}/{key}";
}
