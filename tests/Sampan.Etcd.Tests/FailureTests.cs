using Sampan.Etcd.Tests.Fixture;
using Sampan.Grpc;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Protocol.Etcd;
using static Sampan.Etcd.Tests.Fixture.Requests;

namespace Sampan.Etcd.Tests;

/// <summary>
/// Purpose: failures of the group have etcd's codes and texts, and no client is led to repeat what may be applied.
/// </summary>
public sealed class FailureTests
{
    private const string TimedOut = "etcdserver: request timed out";
    private const string LeaderFailed = TimedOut + ", possibly due to previous leader failure";
    private const string ConnectionLost = TimedOut + ", possibly due to connection lost";
    private const string Stopped = "etcdserver: server stopped";
    private const string NoLeader = "etcdserver: no leader";

    private readonly DoorUnderTest _door = new();

    [Theory]
    [InlineData(RaftErrorCode.NoLeader, GrpcStatusCode.Unavailable, TimedOut)]
    [InlineData(RaftErrorCode.Transferring, GrpcStatusCode.Unavailable, TimedOut)]
    [InlineData(RaftErrorCode.UnknownGroup, GrpcStatusCode.Unavailable, TimedOut)]
    [InlineData(RaftErrorCode.Unavailable, GrpcStatusCode.Unavailable, TimedOut)]
    [InlineData(RaftErrorCode.LeaderChanged, GrpcStatusCode.Unavailable, TimedOut)]
    [InlineData(RaftErrorCode.TimedOut, GrpcStatusCode.Unavailable, TimedOut)]
    [InlineData(RaftErrorCode.ConnectionLost, GrpcStatusCode.Unavailable, TimedOut)]
    [InlineData(RaftErrorCode.Stopped, GrpcStatusCode.Unavailable, Stopped)]
    [InlineData(RaftErrorCode.Poisoned, GrpcStatusCode.Unavailable, Stopped)]
    [InlineData(RaftErrorCode.Busy, GrpcStatusCode.ResourceExhausted, "etcdserver: too many requests")]
    [InlineData(
        RaftErrorCode.NoSpace, GrpcStatusCode.ResourceExhausted, "etcdserver: mvcc: database space exceeded")]
    [InlineData(RaftErrorCode.TooLarge, GrpcStatusCode.InvalidArgument, "etcdserver: request is too large")]
    [InlineData(RaftErrorCode.ReadFailed, GrpcStatusCode.Unknown, "etcdserver: the read failed")]
    [InlineData(RaftErrorCode.NotLeader, GrpcStatusCode.FailedPrecondition, "etcdserver: not leader")]
    public async Task What_was_not_applied_is_told_so(RaftErrorCode raft, GrpcStatusCode code, string text)
    {
        _door.Group.Failure = () => new RaftException(raft, RequestOutcome.NotApplied, "as ordered");
        (await _door.EndAsync(_door.CallAsync("KV/Put", Put("k", "v")))).IsRefused(code, text);
        (await _door.EndAsync(_door.CallAsync("KV/Range", Range("k")))).IsRefused(code, text);
    }

    [Theory]
    [InlineData(RaftErrorCode.LeaderChanged, LeaderFailed)]
    [InlineData(RaftErrorCode.ConnectionLost, ConnectionLost)]
    [InlineData(RaftErrorCode.CoveredBySnapshot, TimedOut)]
    [InlineData(RaftErrorCode.TimedOut, TimedOut)]
    [InlineData(RaftErrorCode.Stopped, Stopped)]
    [InlineData(RaftErrorCode.Poisoned, Stopped)]
    public async Task What_may_be_applied_has_a_text_of_its_own(RaftErrorCode raft, string text)
    {
        _door.Group.Failure = () => new RaftException(raft, RequestOutcome.Unknown, "as ordered");
        (await _door.CallAsync("KV/Put", Put("k", "v"))).IsRefused(GrpcStatusCode.Unavailable, text);
    }

    [Fact]
    public async Task What_may_be_applied_is_neither_tried_again_nor_told_as_if_it_were_not()
    {
        var safeToRepeat = new[] { NoLeader, "etcdserver: leader changed", "etcdserver: too many requests" };
        foreach (var raft in Enum.GetValues<RaftErrorCode>())
        {
            var door = new DoorUnderTest();
            door.Group.Failure = () => new RaftException(raft, RequestOutcome.Unknown, "as ordered");
            var answer = await door.CallAsync("KV/Put", Put("k", "v"));
            Assert.Equal(GrpcStatusCode.Unavailable, answer.Code);
            Assert.DoesNotContain(answer.Message, safeToRepeat);
            Assert.Equal(1, door.Group.Proposals);
        }
    }

    [Fact]
    public async Task A_request_waits_while_nobody_leads()
    {
        var left = 5;
        _door.Group.Failure = () => left-- > 0
            ? new RaftException(RaftErrorCode.NoLeader, RequestOutcome.NotApplied, "as ordered")
            : null;
        (await _door.EndAsync(_door.CallAsync("KV/Put", Put("k", "v")))).As<PutResponse>();
        Assert.Equal(6, _door.Group.Proposals);
        Assert.Equal(100 * TimeSpan.TicksPerMillisecond, _door.Time.GetTimestamp());
    }

    [Fact]
    public async Task A_request_waits_for_a_group_that_is_not_there_yet()
    {
        var group = _door.Group;
        _door.Groups.Group = null;
        var call = _door.CallAsync("KV/Put", Put("k", "v"));
        _door.Advance(TimeSpan.FromSeconds(1));
        Assert.False(call.IsCompleted);
        _door.Groups.Group = group;
        (await _door.EndAsync(call)).As<PutResponse>();
        _door.Groups.Group = null;
        (await _door.EndAsync(_door.CallAsync("KV/Put", Put("k", "v"))))
            .IsRefused(GrpcStatusCode.Unavailable, TimedOut);
    }

    /// <summary>etcd 3.4 says the same of puts and reads once leadership is lost.</summary>
    [Theory]
    [InlineData(101)]
    [InlineData(0)]
    public async Task A_request_without_an_answer_times_out(int leader)
    {
        _door.Group.IsStuck = true;
        _door.Group.Leader = new ReplicaId((ulong)leader);
        var call = _door.CallAsync("KV/Put", Put("k", "v"));
        _door.Advance(TimeSpan.FromSeconds(6.9));
        Assert.False(call.IsCompleted);
        (await _door.EndAsync(call)).IsRefused(GrpcStatusCode.Unavailable, TimedOut);
        Assert.Equal(1, _door.Group.Proposals);
    }

    [Fact]
    public async Task The_callers_deadline_ends_the_wait()
    {
        _door.Group.IsStuck = true;
        var call = _door.CallAsync("KV/Put", Put("k", "v"), ("grpc-timeout", "3S"));
        _door.Advance(TimeSpan.FromSeconds(2.9));
        Assert.False(call.IsCompleted);
        _door.Advance(TimeSpan.FromSeconds(0.2));
        Assert.Equal(GrpcStatusCode.DeadlineExceeded, (await call).Code);
    }

    [Fact]
    public async Task A_caller_that_goes_ends_the_wait()
    {
        _door.Group.IsStuck = true;
        using var gone = new CancellationTokenSource();
        var call = _door.CallAsync("KV/Put", Bytes(Put("k", "v")), gone.Token);
        Assert.False(call.IsCompleted);
        await gone.CancelAsync();
        Assert.Equal(GrpcStatusCode.Cancelled, (await call).Code);
        Assert.Equal(0, _door.Time.GetTimestamp());
    }

    [Fact]
    public async Task A_serializable_read_needs_no_leader()
    {
        (await _door.CallAsync("KV/Put", Put("k", "v"))).As<PutResponse>();
        _door.Group.Leader = ReplicaId.None;
        _door.Group.IsStuck = true;
        var range = new RangeRequest(Range("k")) { Serializable = true };
        Assert.Equal(1, (await _door.CallAsync("KV/Range", range)).As<RangeResponse>().Count);
        var txn = new TxnRequest { Success = { Op(range) } };
        Assert.Single((await _door.CallAsync("KV/Txn", txn)).As<TxnResponse>().Responses);
    }

    [Fact]
    public async Task Who_insists_on_a_leader_is_told_at_once_that_there_is_none()
    {
        (string, string) insists = ("hasleader", "true");
        (await _door.CallAsync("KV/Put", Put("k", "v"), insists)).As<PutResponse>();
        _door.Group.Leader = ReplicaId.None;
        (await _door.CallAsync("KV/Put", Put("k", "v"), insists)).IsRefused(GrpcStatusCode.Unavailable, NoLeader);
        (await _door.CallAsync("KV/Range", Range("k"), insists)).IsRefused(GrpcStatusCode.Unavailable, NoLeader);
        (await _door.CallAsync("KV/Put", Put("k", "v"), ("hasleader", "false"))).As<PutResponse>();
        _door.Groups.Group = null;
        (await _door.CallAsync("KV/Txn", new TxnRequest(), insists)).IsRefused(GrpcStatusCode.Unavailable, NoLeader);
    }
}
