using System.Threading.Tasks.Sources;
using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Doors;
using Sampan.MultiRaft.Tests.Fixture;

namespace Sampan.MultiRaft.Tests;

/// <summary>
/// Purpose: one object serves many requests, and whoever uses it wrongly (awaits twice, or before the end) harms
/// himself alone.
/// </summary>
public sealed class PendingRequestTests
{
    private readonly PendingRequestPool _pool = new();
    private readonly QueuedCompletions _completions = new();

    [Fact]
    public void An_outcome_is_taken_once()
    {
        var (request, token) = Begin();
        Settle(request, 7);
        Assert.Equal(7UL, Take(request, token));
        Assert.Throws<InvalidOperationException>(() => Take(request, token));
        Assert.Throws<InvalidOperationException>(() => Take(request, token));

        // It is in the pool once: two requests are two objects.
        var (second, secondToken) = Begin();
        var (third, thirdToken) = Begin();
        Assert.NotSame(second, third);
        Settle(second, 8);
        Settle(third, 9);
        Assert.Equal((8UL, 9UL), (Take(second, secondToken), Take(third, thirdToken)));
    }

    [Fact]
    public void Who_takes_an_outcome_again_does_not_take_that_of_another_request()
    {
        var (request, token) = Begin();
        Settle(request, 7);
        Assert.Equal(7UL, Take(request, token));
        var (again, newToken) = Begin();
        Assert.Same(request, again);
        Assert.Throws<InvalidOperationException>(() => Take(request, token));
        Settle(again, 8);
        Assert.Throws<InvalidOperationException>(() => Take(request, token));
        Assert.Equal(8UL, Take(again, newToken));
    }

    [Fact]
    public void What_is_not_known_yet_cannot_be_taken_and_is_not_lost_by_the_attempt()
    {
        var (request, token) = Begin();
        Assert.Throws<InvalidOperationException>(() => Take(request, token));
        Settle(request, 7);
        Assert.Equal(7UL, Take(request, token));
    }

    [Fact]
    public void An_outcome_that_is_taken_twice_before_its_worker_let_go_is_taken_once()
    {
        using var cancellation = new CancellationTokenSource();
        var (request, token) = Begin();
        request.ObserveCancellation(cancellation.Token);
        cancellation.Cancel();
        Assert.Throws<OperationCanceledException>(() => Take(request, token));
        Assert.Throws<InvalidOperationException>(() => Take(request, token));
        Assert.NotSame(request, Begin().Request);
        request.Abandon();
        Assert.Same(request, Begin().Request);
    }

    [Fact]
    public void A_worker_that_settles_a_request_twice_violates_an_invariant()
    {
        var (request, token) = Begin();
        Settle(request, 7);
        Assert.Throws<InvariantViolationException>(() => Settle(request, 8));
        Assert.Equal(7UL, Take(request, token));
    }

    private (PendingRequest Request, short Token) Begin()
    {
        var request = _pool.Rent();
        request.Begin(RequestKind.Propose, new GroupId(1), ReadOnlyMemory<byte>.Empty);
        return (request, request.Token);
    }

    private void Settle(PendingRequest request, ulong index)
    {
        request.Settle(new ApplyResult(new LogId(1, index), default), _completions);
        _completions.Drain();
    }

    private static ulong Take(PendingRequest request, short token) =>
        ((IValueTaskSource<ApplyResult>)request).GetResult(token).Position.Index;
}
