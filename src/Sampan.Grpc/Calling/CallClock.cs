namespace Sampan.Grpc.Calling;

/// <summary>Ends a call by its caller's token or its own timeout, and knows which it was.</summary>
internal sealed class CallClock : IDisposable
{
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource? _timeout;
    private readonly CancellationTokenSource? _either;

    public CallClock(TimeSpan? timeout, TimeProvider time, CancellationToken caller)
    {
        _caller = caller;
        Token = caller;
        if (timeout is { } wait)
        {
            _timeout = new CancellationTokenSource(wait < TimeSpan.FromDays(40) ? wait : TimeSpan.FromDays(40), time);
            _either = CancellationTokenSource.CreateLinkedTokenSource(caller, _timeout.Token);
            Token = _either.Token;
        }
    }

    /// <summary>Ends when the call is to end.</summary>
    public CancellationToken Token { get; }

    public bool IsCancelledByCaller => _caller.IsCancellationRequested;

    public bool HasTimedOut => _timeout?.IsCancellationRequested == true;

    /// <summary>The caller's token, for the exception it expects.</summary>
    public CancellationToken Caller => _caller;

    /// <inheritdoc/>
    public void Dispose()
    {
        _either?.Dispose();
        _timeout?.Dispose();
    }
}
