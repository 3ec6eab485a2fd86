namespace Sampan.Model.Tests;

public sealed class LogIdTests
{
    /// <summary>A later term wins over any index: that is the order by which votes are judged.</summary>
    [Fact]
    public void Order_is_by_term_and_then_by_index()
    {
        LogId[] ascending = [LogId.Zero, new(1, 1), new(1, 9), new(2, 1), new(2, 2)];
        for (var i = 1; i < ascending.Length; i++)
        {
            Assert.True(ascending[i - 1] < ascending[i]);
            Assert.True(ascending[i] > ascending[i - 1]);
            Assert.True(ascending[i - 1] <= ascending[i]);
            Assert.False(ascending[i - 1] >= ascending[i]);
        }
    }
}
