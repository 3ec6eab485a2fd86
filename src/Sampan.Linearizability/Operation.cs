namespace Sampan.Linearizability;

/// <summary>
/// One operation of a <see cref="History{TInput, TOutput}"/>: who asked for what, when, and what came back. Positions
/// count the events of the history, invocations and returns together, so that two operations are concurrent if and only
/// if their intervals overlap. They are not a time.
/// </summary>
/// <typeparam name="TInput">What was asked.</typeparam>
/// <typeparam name="TOutput">What was answered.</typeparam>
public readonly record struct Operation<TInput, TOutput>
{
    /// <summary>Its place among the invocations of the history.</summary>
    public required OperationId Id { get; init; }

    /// <summary>The client. A process of a workload has one operation at a time; checkers do not rely on it.</summary>
    public required int Process { get; init; }

    /// <summary>What was asked.</summary>
    public required TInput Input { get; init; }

    /// <summary>What was answered; the default where <see cref="IsAnswered"/> is false.</summary>
    public TOutput? Output { get; init; }

    /// <summary>What is known of its end.</summary>
    public OperationOutcome Outcome { get; init; }

    /// <summary>The position of its invocation.</summary>
    public required long InvokePosition { get; init; }

    /// <summary>The position of its answer or failure; <see cref="long.MaxValue"/> where none came.</summary>
    public long ReturnPosition { get; init; } = long.MaxValue;

    /// <summary>An operation without an answer.</summary>
    public Operation()
    {
    }

    /// <summary>Whether <see cref="Output"/> was answered and binds a model.</summary>
    public bool IsAnswered => Outcome == OperationOutcome.Completed;
}
