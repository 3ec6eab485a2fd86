namespace Sampan.MultiRaft.Abstractions;

/// <summary>A request to a group failed.</summary>
public sealed class RaftException : Exception
{
    /// <summary>An exception without a message.</summary>
    public RaftException()
    {
    }

    /// <summary>An exception with a message.</summary>
    public RaftException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with its cause.</summary>
    public RaftException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>An exception with its code and what is known of the request.</summary>
    public RaftException(RaftErrorCode code, RequestOutcome outcome, string message)
        : base(message)
    {
        Code = code;
        Outcome = outcome;
    }

    /// <summary>Why it failed.</summary>
    public RaftErrorCode Code { get; } = RaftErrorCode.Stopped;

    /// <summary>Whether it may have taken effect.</summary>
    public RequestOutcome Outcome { get; } = RequestOutcome.Unknown;

    /// <summary>Whether the same request may succeed later, and repeating it cannot apply it twice.</summary>
    public bool IsRetryable => Outcome == RequestOutcome.NotApplied && Code is RaftErrorCode.NoLeader
        or RaftErrorCode.Busy or RaftErrorCode.Transferring or RaftErrorCode.LeaderChanged
        or RaftErrorCode.ChangeInProgress or RaftErrorCode.LearnerNotReady or RaftErrorCode.NoSpace
        or RaftErrorCode.Unavailable;
}
