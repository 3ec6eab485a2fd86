using Sampan.Model;

namespace Sampan.MultiRaft.Abstractions;

/// <summary>
/// What a state machine answered to a query, and the last entry it had applied then. Where there is a view, its
/// receiver disposes it.
/// </summary>
public readonly record struct ReadResult(
    LogId Applied, ReadOnlyMemory<byte> Answer, IDisposable? View);
