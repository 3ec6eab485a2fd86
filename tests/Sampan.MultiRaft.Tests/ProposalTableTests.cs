using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Doors;
using Sampan.MultiRaft.Groups;
using Sampan.MultiRaft.Tests.Fixture;

namespace Sampan.MultiRaft.Tests;

/// <summary>A proposal that cannot be applied any more is answered, whatever becomes of its index.</summary>
public sealed class ProposalTableTests
{
    private readonly PendingRequestPool _pool = new();
    private readonly ProposalTable _table = new(new QueuedCompletions(), new ProposalSequences(0, 1));

    [Fact]
    public void ALaterTermEndsProposalsOfEarlierTermsAboveIt()
    {
        var sequence = Add();
        _table.Placed(sequence, new LogId(1, 105));

        // The new leader's log ends at 99: nothing may ever be written at 105 again.
        _table.Committed(new LogId(2, 100));

        Assert.False(_table.Contains(sequence));
    }

    [Fact]
    public void TwoProposalsWithOneIndexAreBothEnded()
    {
        var first = Add();
        var second = Add();
        _table.Placed(first, new LogId(1, 10));
        _table.Placed(second, new LogId(2, 10));

        Assert.NotNull(_table.TakeApplied(second, new LogId(2, 10)));
        _table.Committed(new LogId(2, 10));

        Assert.False(_table.Contains(first));
    }

    [Fact]
    public void APlaceThatCameTooLateEndsTheProposal()
    {
        var sequence = Add();
        _table.Committed(new LogId(3, 20));

        _table.Placed(sequence, new LogId(2, 30));

        Assert.False(_table.Contains(sequence));
    }

    [Fact]
    public void ASnapshotOfALaterTermEndsProposalsAboveIt()
    {
        var sequence = Add();
        _table.Placed(sequence, new LogId(1, 30));

        _table.CoveredTo(new LogId(2, 20));

        Assert.False(_table.Contains(sequence));
    }

    [Fact]
    public void ProposalsOfTheSameTermGoOnWaiting()
    {
        var sequence = Add();
        _table.Placed(sequence, new LogId(2, 30));

        _table.Committed(new LogId(2, 29));

        Assert.True(_table.Contains(sequence));
    }

    [Fact]
    public void NoTwoProposalsOfAStoreHaveOneSequence()
    {
        var workers = Enumerable.Range(0, 3).Select(worker => new ProposalSequences(worker, 3)).ToArray();
        var drawn = Enumerable.Range(0, 300).Select(i => workers[i % 3 == 2 ? 0 : i % 3].Next()).ToArray();
        Assert.Equal(300, drawn.Distinct().Count());
        Assert.DoesNotContain(0UL, drawn);
    }

    [Fact]
    public void ASecondTableGoesOnWhereTheFirstOneStopped()
    {
        var sequences = new ProposalSequences(0, 1);
        var first = new ProposalTable(new QueuedCompletions(), sequences).Add(Rent());
        Assert.True(new ProposalTable(new QueuedCompletions(), sequences).Add(Rent()) > first);
    }

    [Fact]
    public void AnEntryAtAnotherPlaceThanTheProposalsOwnIsImpossible()
    {
        var sequence = Add();
        _table.Placed(sequence, new LogId(1, 30));
        Assert.Throws<InvariantViolationException>(() => _table.TakeApplied(sequence, new LogId(1, 31)));
    }

    private ulong Add() => _table.Add(Rent());

    private PendingRequest Rent()
    {
        var request = _pool.Rent();
        request.Begin(RequestKind.Propose, new GroupId(1), ReadOnlyMemory<byte>.Empty);
        return request;
    }
}
