using Sampan.Model;

namespace Sampan.MultiRaft.Abstractions;

/// <summary>Where a command stands in the log, and what the state machine answered.</summary>
public readonly record struct ApplyResult(LogId Position, ReadOnlyMemory<byte> Result);
