using Sampan.Cli.Commands;

namespace Sampan.Cli.Tests;

/// <summary>Purpose: the three stores of a development cluster fit together, on whatever ports.</summary>
public sealed class DevOptionsTests
{
    [Fact]
    public void Ports_follow_from_the_first()
    {
        var options = Enumerable.Range(0, 3).Select(store => DevCommand.OptionsOf(store, 2379, "data")).ToArray();
        Assert.Equal([2379, 22379, 32379], options.Select(each => each.ClientEndpoints[0].Port));
        Assert.Equal([2380, 22380, 32380], options.Select(each => each.PeerEndpoint.Port));
        Assert.All(options, each => each.Validate());
        Assert.Equal(3, options.Select(each => each.DataPath).Distinct().Count());
        Assert.Single(options.Select(each => each.ClusterId).Distinct());
    }

    /// <summary>Ports that lie far above the first would be those that the system gives to connections.</summary>
    [Theory]
    [InlineData(12379)]
    [InlineData(32761)]
    public void Other_ports_lie_together(int first)
    {
        var options = Enumerable.Range(0, 3).Select(store => DevCommand.OptionsOf(store, first, "data")).ToArray();
        Assert.Equal([first, first + 2, first + 4], options.Select(each => each.ClientEndpoints[0].Port));
        Assert.Equal([first + 1, first + 3, first + 5], options.Select(each => each.PeerEndpoint.Port));
        Assert.All(options, each => each.Validate());
    }

    [Fact]
    public void The_data_may_be_used_with_other_ports()
    {
        var (one, other) = (DevCommand.OptionsOf(1, 2379, "data"), DevCommand.OptionsOf(1, 4000, "data"));
        Assert.Equal(one.ClusterId, other.ClusterId);
        Assert.Equal(one.Self.Id, other.Self.Id);
        Assert.NotEqual(one.Self.PeerUrl, other.Self.PeerUrl);
    }
}
