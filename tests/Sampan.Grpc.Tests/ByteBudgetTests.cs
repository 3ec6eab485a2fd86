namespace Sampan.Grpc.Tests;

/// <summary>
/// Purpose: what is held for calls has bounds, for all and for each connection, and those who wait get room.
/// </summary>
public sealed class ByteBudgetTests
{
    private readonly ByteBudget _budget = new() { TotalMax = 100, ConnectionMax = 60 };

    [Fact]
    public void A_connection_cannot_take_all_of_the_store()
    {
        using var first = _budget.TryTake("a", 60);
        Assert.NotNull(first);
        Assert.Null(_budget.TryTake("a", 1));
        using var second = _budget.TryTake("b", 40);
        Assert.NotNull(second);
        Assert.Null(_budget.TryTake("c", 1));
    }

    [Fact]
    public void What_is_larger_than_the_bounds_passes_alone()
    {
        var huge = _budget.TryTake("a", 1000);
        Assert.NotNull(huge);
        Assert.Null(_budget.TryTake("b", 1));
        huge.Dispose();
        huge.Dispose();
        using var next = _budget.TryTake("b", 100);
        Assert.NotNull(next);
    }

    [Fact]
    public void What_must_go_out_is_counted_beyond_the_bounds()
    {
        var first = _budget.TakeAnyway("a", 90);
        var second = _budget.TakeAnyway("a", 90);
        first.Dispose();
        Assert.Null(_budget.TryTake("b", 20));
        second.Dispose();
        using var third = _budget.TryTake("b", 20);
        Assert.NotNull(third);
    }

    [Fact]
    public void What_grows_needs_room_as_well()
    {
        using var first = _budget.TryTake("a", 40);
        Assert.NotNull(first);
        Assert.False(first.TryGrow(21));
        Assert.True(first.TryGrow(20));
        Assert.Equal(60, first.Bytes);
        first.Dispose();
        Assert.False(first.TryGrow(1));
        using var all = _budget.TryTake("a", 60);
        Assert.NotNull(all);
    }

    [Fact]
    public async Task Who_waits_gets_room_and_stands_in_nobodys_way()
    {
        var first = _budget.TakeAnyway("a", 60);
        var waiting = _budget.TakeAsync("a", 50, CancellationToken.None).AsTask();
        Assert.False(waiting.IsCompleted);
        using (var other = await _budget.TakeAsync("b", 40, CancellationToken.None))
        {
            Assert.Equal(40, other.Bytes);
        }

        Assert.False(waiting.IsCompleted);
        first.Dispose();
        using var lease = await waiting;
        Assert.Equal(50, lease.Bytes);
        Assert.Null(_budget.TryTake("a", 20));
    }

    [Fact]
    public async Task Who_gives_up_leaves_nothing_behind()
    {
        var first = _budget.TakeAnyway("a", 60);
        using var patience = new CancellationTokenSource();
        var waiting = _budget.TakeAsync("a", 50, patience.Token).AsTask();
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        first.Dispose();
        using var all = _budget.TryTake("a", 60);
        Assert.NotNull(all);
    }
}
