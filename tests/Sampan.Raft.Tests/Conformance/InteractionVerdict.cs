namespace Sampan.Raft.Tests.Conformance;

/// <summary>
/// How well a file was reproduced, in the levels of the files' readme; a smaller number is a stricter level.
/// </summary>
internal sealed class InteractionVerdict(
    IReadOnlyList<string> endStateDifferences, IReadOnlyList<string> messageDifferences)
{
    /// <summary>The level of a file whose messages agree.</summary>
    public const int Protocol = 2;

    /// <summary>The level of a file whose states, logs and configurations agree: the floor.</summary>
    public const int EndState = 3;

    /// <summary>The level of a file that does not even agree in those.</summary>
    public const int None = 4;

    /// <summary>What differs at level 3.</summary>
    public IReadOnlyList<string> EndStateDifferences { get; } = endStateDifferences;

    /// <summary>What differs at level 2.</summary>
    public IReadOnlyList<string> MessageDifferences { get; } = messageDifferences;

    /// <summary>
    /// The strictest level that holds. Level 1, the whole text, is not tried: it holds the log lines of another core.
    /// </summary>
    public int Level => EndStateDifferences.Count > 0 ? None : MessageDifferences.Count > 0 ? EndState : Protocol;
}
