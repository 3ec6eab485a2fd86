using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Doors;
using Sampan.MultiRaft.Tests.Fixture;

namespace Sampan.MultiRaft.Tests;

/// <summary>
/// Purpose: what a store holds of requests is bounded from their acceptance to their answer, and nobody is forgotten
/// when it ends (I-34).
/// </summary>
public sealed class OpenRequestsTests
{
    private readonly PendingRequestPool _pool = new();
    private readonly QueuedCompletions _completions = new();

    [Fact]
    public void Requests_count_until_they_are_answered()
    {
        var open = Make(requestsMax: 2, bytesMax: 1000);
        var first = Rent(1);
        Assert.Null(open.TryAdd(first));
        Assert.Null(open.TryAdd(Rent(1)));
        Assert.Equal(RaftErrorCode.Busy, open.TryAdd(Rent(1))?.Code);
        first.Settle(_completions);
        Assert.Null(open.TryAdd(Rent(1)));
        Assert.Equal(2, open.Count);
    }

    [Fact]
    public void Bytes_count_until_they_are_held_elsewhere_or_the_request_is_answered()
    {
        var open = Make(requestsMax: 10, bytesMax: 1000);
        var (first, second) = (Rent(600), Rent(400));
        Assert.Null(open.TryAdd(first));
        Assert.Null(open.TryAdd(second));
        Assert.Equal(RaftErrorCode.Busy, open.TryAdd(Rent(1))?.Code);
        first.ReleasePayload();
        Assert.Null(open.TryAdd(Rent(600)));
        Assert.Equal(RaftErrorCode.Busy, open.TryAdd(Rent(1))?.Code);
        first.Settle(_completions);
        Assert.Equal(RaftErrorCode.Busy, open.TryAdd(Rent(1))?.Code);
        second.Settle(_completions);
        Assert.Null(open.TryAdd(Rent(400)));
    }

    [Fact]
    public void The_end_answers_each_that_is_open_in_the_order_of_acceptance_and_takes_in_no_more()
    {
        var prng = new Prng(3);
        var open = Make(requestsMax: 10_000, bytesMax: 1_000_000);
        var kept = new List<Task<ApplyResult>>();
        var held = new List<PendingRequest>();
        for (var i = 0; i < 1000; i++)
        {
            var request = Rent(10);
            kept.Add(new ValueTask<ApplyResult>(request, request.Token).AsTask());
            Assert.Null(open.TryAdd(request));
            held.Add(request);
            if (prng.Chance(2, 3))
            {
                var index = prng.NextBelow(held.Count);
                held[index].Settle(_completions);
                held.RemoveAt(index);
            }
        }

        _completions.Drain();
        Assert.Equal(held.Count, open.Count);
        Assert.Equal(held.Count, kept.Count(task => !task.IsCompleted));
        open.Close("the first reason");
        open.Close("another");
        Assert.Equal(RaftErrorCode.Stopped, open.TryAdd(Rent(1))?.Code);
        Assert.Equal("the first reason", open.FailAll());
        Assert.Null(open.FailAll());
        _completions.Drain();
        Assert.Equal(0, open.Count);
        Assert.All(kept, task => Assert.True(task.IsCompleted));
        Assert.Equal(held.Count, kept.Count(task => task.IsFaulted));
    }

    private OpenRequests Make(int requestsMax, long bytesMax) => new(
        new StoreOptions
        {
            Store = new StoreId(1),
            ClusterId = 1,
            Incarnation = new Incarnation(1, 1),
            Boot = new BootId(1),
            RequestsMax = requestsMax,
            RequestBytesMax = bytesMax,
        },
        _completions);

    private PendingRequest Rent(int bytes)
    {
        var request = _pool.Rent();
        request.Begin(RequestKind.Propose, new GroupId(1), new byte[bytes]);
        return request;
    }
}
