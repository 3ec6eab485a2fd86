using Sampan.Etcd.Machine;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Etcd.Tests.Fixture;

/// <summary>
/// A group of three members around a real state machine: what is proposed is applied at once, unless something else was
/// ordered.
/// </summary>
internal sealed class FakeGroup : IRaftGroup
{
    private readonly IStateMachine _machine = new EtcdMachineFactory(new EtcdMachineOptions
    {
        ClusterId = DoorUnderTest.ClusterId,
        MemberId = DoorUnderTest.MemberId,
        PageKeysMax = 4,
        CompactionStepVersions = 2,
    }).Create(EtcdGroup.Id);

    private ulong _index;

    /// <inheritdoc/>
    public GroupId Id => EtcdGroup.Id;

    /// <summary>Who leads. Replicas have other numbers here than their stores.</summary>
    public ReplicaId Leader { get; set; } = new(101);

    /// <summary>What to throw at requests to come; null: nothing.</summary>
    public Func<RaftException?>? Failure { get; set; }

    /// <summary>Whether requests get no answer.</summary>
    public bool IsStuck { get; set; }

    /// <summary>How many commands came.</summary>
    public int Proposals { get; private set; }

    /// <summary>How fresh the reads were to be.</summary>
    public List<ReadConsistency> Reads { get; } = [];

    /// <summary>To whom leadership was handed.</summary>
    public ReplicaId TransferredTo { get; private set; }

    /// <summary>Whether the store's disk is full.</summary>
    public bool IsOutOfSpace { get; set; }

    /// <inheritdoc/>
    public GroupStatus Status => new()
    {
        Group = Id,
        Replica = new ReplicaId(101),
        Leader = Leader,
        IsLeader = Leader == new ReplicaId(101),
        Term = 5,
        CommitIndex = _index + 2,
        AppliedIndex = _index,
        FirstIndex = 1,
        LastIndex = _index + 2,
        Configuration = Configuration.Of(
            new ulong[] { 1, 2, 3 }.Select(id => new Member(new ReplicaId(100 + id), new StoreId(id))), []),
        IsOutOfSpace = IsOutOfSpace,
        Failure = null,
    };

    /// <summary>Applies a command as if another store had proposed it.</summary>
    public ReadOnlyMemory<byte> Apply(byte[] command)
    {
        var context = new ApplyContext();
        context.Begin(++_index, 0);
        context.Add(isResultWanted: true);
        _machine.Apply(context, [new Command(new LogId(4, _index), 0, command)]);
        return context.ResultOf(0);
    }

    /// <inheritdoc/>
    public async ValueTask<ApplyResult> ProposeAsync(ReadOnlyMemory<byte> command, CancellationToken cancellation)
    {
        Proposals++;
        await AnswerAsync(cancellation);
        return new ApplyResult(new LogId(4, _index), Apply(command.ToArray()));
    }

    /// <inheritdoc/>
    public async ValueTask<ReadResult> ReadAsync(
        ReadOnlyMemory<byte> query, ReadConsistency consistency, CancellationToken cancellation)
    {
        Reads.Add(consistency);
        if (consistency == ReadConsistency.Linearizable)
        {
            await AnswerAsync(cancellation);
        }

        var context = new ReadContext();
        context.Begin(new LogId(4, _index));
        _machine.Read(context, query);
        return new ReadResult(context.Applied, context.Answer, context.View);
    }

    /// <inheritdoc/>
    public ValueTask ChangeMembershipAsync(MembershipChange change, CancellationToken cancellation) =>
        throw new InvalidOperationException("no door changes members");

    /// <inheritdoc/>
    public async ValueTask TransferLeadershipAsync(ReplicaId target, CancellationToken cancellation)
    {
        await AnswerAsync(cancellation);
        TransferredTo = target;
    }

    /// <inheritdoc/>
    public ValueTask TakeSnapshotAsync(CancellationToken cancellation) =>
        throw new InvalidOperationException("no door takes snapshots");

    private async Task AnswerAsync(CancellationToken cancellation)
    {
        if (Failure?.Invoke() is { } failure)
        {
            throw failure;
        }

        if (IsStuck)
        {
            await new TaskCompletionSource().Task.WaitAsync(cancellation);
        }
    }
}
