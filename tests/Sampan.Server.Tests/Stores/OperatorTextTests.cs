using Sampan.Server.Options;
using Sampan.Server.Stores;

namespace Sampan.Server.Tests.Stores;

/// <summary>Purpose: what the engine says reaches an operator with names, and with what can be done today.</summary>
public sealed class OperatorTextTests
{
    private readonly OperatorText _text = new(
    [
        new ClusterMember { Name = "a", PeerUrl = new Uri("http://a:1"), Id = 0xAB12 },
        new ClusterMember { Name = "b", PeerUrl = new Uri("http://b:1"), Id = 7 },
    ]);

    [Theory]
    [InlineData("store ab12 waits for store 7", "store ab12 (a) waits for store 7 (b)")]
    [InlineData("store ab123 and store 77", "store ab123 and store 77")]
    [InlineData("the store is well", "the store is well")]
    public void Members_are_named(string said, string told) => Assert.Equal(told, _text.Of(said));

    [Fact]
    public void What_cannot_be_done_yet_is_told()
    {
        var told = _text.Of("store 7 lost its data directory: replace it by a membership change");
        Assert.StartsWith("store 7 (b) lost", told, StringComparison.Ordinal);
        Assert.Contains("cannot change members yet", told, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[::ffff:127.0.0.1]:2380", "127.0.0.1:2380")]
    [InlineData("[::1]:2380", "[::1]:2380")]
    [InlineData("127.0.0.1:2380", "127.0.0.1:2380")]
    [InlineData("an unknown address", "an unknown address")]
    public void Addresses_are_as_people_write_them(string said, string told) =>
        Assert.Equal(told, OperatorText.AddressOf(said));
}
