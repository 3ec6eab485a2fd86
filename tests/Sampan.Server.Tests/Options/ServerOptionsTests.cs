using System.Net;
using Sampan.Server.Options;

namespace Sampan.Server.Tests.Options;

/// <summary>Purpose: every setting is read as what it is, and what cannot be is refused by its name.</summary>
public sealed class ServerOptionsTests
{
    private const string Three = "initial-cluster=a=http://10.0.0.1:2380,b=http://10.0.0.2:2380,c=http://10.0.0.3:2380";

    [Fact]
    public void Nothing_said_is_a_cluster_of_one_on_loopback()
    {
        var options = From();
        Assert.Equal("default", options.Name);
        Assert.Equal("default.sampan", options.DataPath);
        Assert.Equal([new IPEndPoint(IPAddress.Loopback, 2379)], options.ClientEndpoints);
        Assert.Equal(["http://localhost:2379"], options.ClientUrls);
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 2380), options.PeerEndpoint);
        Assert.Equal(options.Self, Assert.Single(options.Members));
        Assert.True(options.IsNewCluster);
        Assert.Equal(TimeSpan.FromMilliseconds(100), options.HeartbeatInterval);
        Assert.Equal(TimeSpan.FromMilliseconds(1000), options.ElectionTimeout);
        Assert.Equal(100_000UL, options.SnapshotEntries);
        Assert.Equal(1_572_864, options.RequestBytesMax);
        Assert.Equal(128, options.TxnOperationsMax);
        Assert.Equal(2L << 30, options.QuotaBytes);
        options.Validate();
    }

    [Fact]
    public void Everything_said_is_taken()
    {
        var options = From(
            "name=b", "data-dir=/var/lib/x", "listen-client-urls=http://0.0.0.0:4001,http://127.0.0.1:4002",
            "advertise-client-urls=http://b.example:4001", "listen-peer-urls=http://[::]:2380",
            "initial-advertise-peer-urls=http://10.0.0.2:2380", Three, "initial-cluster-state=existing",
            "initial-cluster-token=t", "heartbeat-interval=20", "election-timeout=300", "snapshot-count=10",
            "snapshot-growth=30",
            "max-request-bytes=1000", "max-txn-ops=5", "quota-backend-bytes=-1");
        Assert.Equal("/var/lib/x", options.DataPath);
        Assert.Equal([4001, 4002], options.ClientEndpoints.Select(endpoint => endpoint.Port));
        Assert.Equal(["http://b.example:4001"], options.ClientUrls);
        Assert.Equal(new IPEndPoint(IPAddress.IPv6Any, 2380), options.PeerEndpoint);
        Assert.Equal(["a", "b", "c"], options.Members.Select(member => member.Name));
        Assert.Equal("b", options.Self.Name);
        Assert.False(options.IsNewCluster);
        Assert.Equal(
            (TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(300)),
            (options.HeartbeatInterval, options.ElectionTimeout));
        Assert.Equal(
            (10UL, 30, 1000, 5, long.MaxValue),
            (options.SnapshotEntries, options.SnapshotGrowthPercent, options.RequestBytesMax, options.TxnOperationsMax,
                options.QuotaBytes));
        options.Validate();
    }

    /// <summary>Settings of which each is possible, but not together.</summary>
    [Theory]
    [InlineData(
        "--listen-client-urls is 'http://127.0.0.1:1,http://localhost:1'; it must be a list that names no address "
        + "twice.",
        "listen-client-urls=http://127.0.0.1:1,http://localhost:1")]
    [InlineData(
        "--listen-client-urls is 'http://127.0.0.1:2380'; it must be at another port than --listen-peer-urls, "
        + "http://localhost:2380.",
        "listen-client-urls=http://127.0.0.1:2380")]
    [InlineData(
        "--listen-client-urls is 'http://127.0.0.1:1'; it must be at another port than --listen-peer-urls, "
        + "http://0.0.0.0:1.",
        "listen-client-urls=http://127.0.0.1:1", "listen-peer-urls=http://0.0.0.0:1")]
    [InlineData(
        "--advertise-client-urls is 'http://0.0.0.0:1'; it must be given where --listen-client-urls names no address "
        + "that clients could use.",
        "advertise-client-urls=http://0.0.0.0:1")]
    [InlineData(
        "--initial-advertise-peer-urls is 'http://0.0.0.0:2380'; it must be addresses that others can reach, not "
        + "0.0.0.0.",
        "initial-advertise-peer-urls=http://0.0.0.0:2380")]
    [InlineData(
        "--initial-cluster is 'a=http://h:1'; it must be a list in which this member, 'b', stands once.",
        "name=b", "initial-cluster=a=http://h:1")]
    [InlineData(
        "--initial-advertise-peer-urls is 'http://localhost:2380'; it must be the URL that --initial-cluster gives "
        + "'a', http://h:1.",
        "name=a", "initial-cluster=a=http://h:1")]
    [InlineData(
        "--initial-cluster is ''; it must be the list of all members where --initial-cluster-state is existing.",
        "initial-cluster-state=existing")]
    [InlineData(
        "--election-timeout is '300'; it must be at least 5 times --heartbeat-interval, which is 61.",
        "election-timeout=300", "heartbeat-interval=61")]
    public void Contradictions_are_refused_by_name(string sentence, params string[] flags) =>
        Assert.Equal(sentence, Assert.Throws<SettingException>(() => From(flags)).Message);

    /// <summary>A URL is scheme, host and port, written down.</summary>
    [Theory]
    [InlineData("http://127.0.0.1")]
    [InlineData("http://127.0.0.1:1/?a")]
    [InlineData("http://127.0.0.1:1/#a")]
    [InlineData("http://a@127.0.0.1:1")]
    public void What_is_more_or_less_than_a_url_is_refused(string url) => Assert.Contains(
        $"--listen-client-urls is '{url}'; it must be URLs like",
        Assert.Throws<SettingException>(() => From($"listen-client-urls={url}")).Message,
        StringComparison.Ordinal);

    [Fact]
    public void The_port_of_the_web_is_a_port() =>
        Assert.Equal(80, From("listen-client-urls=http://127.0.0.1:80/").ClientEndpoints[0].Port);

    [Theory]
    [InlineData("heartbeat-interval=1", "election-timeout=250")]
    [InlineData("heartbeat-interval=10", "election-timeout=50", "election-round-trip=2")]
    [InlineData("heartbeat-interval=60000", "election-timeout=600000")]
    [InlineData("max-request-bytes=15728640", "max-txn-ops=1000000")]
    [InlineData("quota-backend-bytes=1", "snapshot-count=9223372036854775807")]
    public void Extremes_that_are_allowed_are_valid(params string[] flags) => From(flags).Validate();

    [Fact]
    public void Options_made_by_hand_are_validated()
    {
        var options = From();
        AssertWrong(options with { Name = "" }, "Name");
        AssertWrong(options with { DataPath = "" }, "DataPath");
        AssertWrong(options with { ClientEndpoints = [] }, "ClientEndpoints");
        AssertWrong(options with { Members = [] }, "Members");
        AssertWrong(options with { HeartbeatInterval = TimeSpan.Zero }, "HeartbeatInterval");
        AssertWrong(options with { ElectionTimeout = options.HeartbeatInterval }, "ElectionTimeout");
        AssertWrong(options with { SnapshotEntries = 0 }, "SnapshotEntries");
        AssertWrong(options with { RequestBytesMax = 0 }, "RequestBytesMax");
        AssertWrong(options with { TxnOperationsMax = 0 }, "TxnOperationsMax");
        AssertWrong(options with { QuotaBytes = 0 }, "QuotaBytes");
        AssertWrong(options with { SegmentBytes = 4 * options.RequestBytesMax }, "SegmentBytes");
    }

    private static void AssertWrong(ServerOptions options, string setting) => Assert.StartsWith(
        setting + " is ", Assert.Throws<ArgumentException>(options.Validate).Message, StringComparison.Ordinal);

    private static ServerOptions From(params string[] flags) => ServerOptions.From(Settings.Gather(
        flags.ToDictionary(
            flag => flag[..flag.IndexOf('=', StringComparison.Ordinal)],
            flag => flag[(flag.IndexOf('=', StringComparison.Ordinal) + 1)..],
            StringComparer.Ordinal),
        new Dictionary<string, string>(StringComparer.Ordinal),
        filePath: null));
}
