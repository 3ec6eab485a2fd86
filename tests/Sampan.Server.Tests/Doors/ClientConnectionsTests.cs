using Sampan.Server.Doors;

namespace Sampan.Server.Tests.Doors;

/// <summary>Purpose: clients cannot take the file descriptors that the store needs for itself.</summary>
public sealed class ClientConnectionsTests
{
    [Theory]
    [InlineData(1024, 512)]
    [InlineData(20_000, 19_488)]
    [InlineData(256, 16)]
    public void What_is_left_of_the_limit_is_for_clients(long limit, long expected) =>
        Assert.Equal(expected, ClientConnections.MaxOf(limit));

    [Fact]
    public void Without_a_limit_there_is_none() => Assert.True(ClientConnections.MaxOf(long.MaxValue) > int.MaxValue);
}
