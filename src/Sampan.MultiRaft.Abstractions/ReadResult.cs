namespace Sampan.MultiRaft.Abstractions;

/// <summary>
/// What a state machine answered to a query, at which applied index and term. Where there is a view, its receiver
/// disposes it.
/// </summary>
public readonly record struct ReadResult(
    ulong AppliedIndex, ulong AppliedTerm, ReadOnlyMemory<byte> Answer, IDisposable? View);
