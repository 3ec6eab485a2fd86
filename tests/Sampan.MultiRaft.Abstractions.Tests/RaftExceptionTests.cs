namespace Sampan.MultiRaft.Abstractions.Tests;

/// <summary>Purpose: a request is called retryable only where repeating it cannot apply it twice.</summary>
public sealed class RaftExceptionTests
{
    [Fact]
    public void What_may_have_happened_is_never_retryable()
    {
        foreach (var code in Enum.GetValues<RaftErrorCode>())
        {
            Assert.False(new RaftException(code, RequestOutcome.Unknown, "unknown").IsRetryable);
        }
    }

    [Fact]
    public void What_cannot_succeed_is_not_retryable()
    {
        Assert.True(new RaftException(RaftErrorCode.Busy, RequestOutcome.NotApplied, "busy").IsRetryable);
        Assert.False(new RaftException(RaftErrorCode.TooLarge, RequestOutcome.NotApplied, "large").IsRetryable);
    }
}
