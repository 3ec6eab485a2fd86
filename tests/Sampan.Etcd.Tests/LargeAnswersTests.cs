using Sampan.Etcd.Tests.Fixture;
using Sampan.Grpc;
using Sampan.Protocol.Etcd;
using static Sampan.Etcd.Tests.Fixture.Requests;

namespace Sampan.Etcd.Tests;

/// <summary>
/// Purpose: callers who ask for much and read nothing get a refusal, and others are served meanwhile.
/// </summary>
public sealed class LargeAnswersTests
{
    private const string Refusal = "sampan: too many bytes of large answers are under way; read fewer at a time";

    private readonly DoorUnderTest _door = new(options => options with
    {
        AnswerBytesMax = 300_000,
        ConnectionAnswerBytesMax = 300_000,
    });

    /// <summary>One key is answered by the state machine itself, ten by who asks.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    public async Task Answers_that_nobody_reads_keep_others_waiting_and_no_longer_than_requests_may_take(int keys)
    {
        await FillAsync(keys);
        var reads = new TaskCompletionSource();
        _door.Readers = reads.Task;
        var first = _door.CallAsync("KV/Range", Range("k", "l"));
        var second = _door.CallAsync("KV/Range", Range("k", "l"));
        var refused = await _door.EndAsync(second);
        refused.IsRefused(GrpcStatusCode.ResourceExhausted, Refusal);
        Assert.False(first.IsCompleted);
        Assert.Equal(1, (await _door.CallAsync("KV/Range", Range("small"))).As<RangeResponse>().Count);

        var third = _door.CallAsync("KV/Range", Range("k", "l"));
        Assert.False(third.IsCompleted);
        reads.SetResult();
        Assert.Equal(keys, (await first).As<RangeResponse>().Count);
        Assert.Equal(keys, (await third).As<RangeResponse>().Kvs.Count);
    }

    /// <summary>What a write gives back goes out: a refusal would be taken for nothing done.</summary>
    [Fact]
    public async Task The_answer_of_a_write_is_never_refused()
    {
        await FillAsync(keys: 3);
        var reads = new TaskCompletionSource();
        _door.Readers = reads.Task;
        var first = _door.CallAsync("KV/Range", Range("k", "l"));
        var deleting = _door.CallAsync("KV/DeleteRange", new DeleteRangeRequest
        {
            Key = Utf8("k"),
            RangeEnd = Utf8("l"),
            PrevKv = true,
        });
        reads.SetResult();
        Assert.Equal(3, (await deleting).As<DeleteRangeResponse>().PrevKvs.Count);
        Assert.Equal(3, (await first).As<RangeResponse>().Count);
    }

    private async Task FillAsync(int keys)
    {
        (await _door.CallAsync("KV/Put", Put("small", "v"))).As<PutResponse>();
        for (var i = 0; i < keys; i++)
        {
            (await _door.CallAsync("KV/Put", Put($"k{i}", new string('v', 200_000 / keys)))).As<PutResponse>();
        }
    }
}
