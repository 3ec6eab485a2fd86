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
            "initial-cluster-token=t", "heartbeat-interval=20", "election-timeout=200", "snapshot-count=10",
            "max-request-bytes=1000", "max-txn-ops=5", "quota-backend-bytes=-1");
        Assert.Equal("/var/lib/x", options.DataPath);
        Assert.Equal([4001, 4002], options.ClientEndpoints.Select(endpoint => endpoint.Port));
        Assert.Equal(["http://b.example:4001"], options.ClientUrls);
        Assert.Equal(new IPEndPoint(IPAddress.IPv6Any, 2380), options.PeerEndpoint);
        Assert.Equal(["a", "b", "c"], options.Members.Select(member => member.Name));
        Assert.Equal("b", options.Self.Name);
        Assert.False(options.IsNewCluster);
        Assert.Equal(
            (TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(200)),
            (options.HeartbeatInterval, options.ElectionTimeout));
        Assert.Equal(
            (10UL, 1000, 5, long.MaxValue),
            (options.SnapshotEntries, options.RequestBytesMax, options.TxnOperationsMax, options.QuotaBytes));
        options.Validate();
    }

    [Fact]
    public void Members_agree_on_all_ids_and_another_token_is_another_cluster()
    {
        var (a, b) = (Member("a", "10.0.0.1"), Member("b", "10.0.0.2"));
        Assert.Equal(a.ClusterId, b.ClusterId);
        Assert.Equal(a.Members.Select(member => member.Id), b.Members.Select(member => member.Id));
        Assert.NotEqual(a.Self.Id, b.Self.Id);
        var other = From(
            "name=a", "initial-advertise-peer-urls=http://10.0.0.1:2380", Three, "initial-cluster-token=other");
        Assert.NotEqual(a.ClusterId, other.ClusterId);
        Assert.NotEqual(a.Self.Id, other.Self.Id);
    }

    [Theory]
    [InlineData("--name is ''; it must be a name without '=', ',', slashes and spaces.", "name=")]
    [InlineData("--name is 'a b'; it must be a name without '=', ',', slashes and spaces.", "name=a b")]
    [InlineData("--name is '../a'; it must be a name without '=', ',', slashes and spaces.", "name=../a")]
    [InlineData(
        "--listen-client-urls is 'localhost:2379'; it must be URLs like http://host:2379, separated by commas (https is "
        + "not there yet).",
        "listen-client-urls=localhost:2379")]
    [InlineData(
        "--listen-client-urls is 'https://127.0.0.1:1'; it must be URLs like http://host:2379, separated by commas "
        + "(https is not there yet).",
        "listen-client-urls=https://127.0.0.1:1")]
    [InlineData(
        "--listen-client-urls is 'http://127.0.0.1'; it must be URLs like http://host:2379, separated by commas (https "
        + "is not there yet).",
        "listen-client-urls=http://127.0.0.1")]
    [InlineData(
        "--listen-client-urls is 'http://127.0.0.1:1/x'; it must be URLs like http://host:2379, separated by commas "
        + "(https is not there yet).",
        "listen-client-urls=http://127.0.0.1:1/x")]
    [InlineData("--listen-client-urls is ''; it must be at least one URL.", "listen-client-urls=")]
    [InlineData(
        "--listen-client-urls is 'http://db1:2379'; it must be URLs with an IP address of this machine, 0.0.0.0 or "
        + "localhost.",
        "listen-client-urls=http://db1:2379")]
    [InlineData(
        "--listen-client-urls is 'http://127.0.0.1:1,http://localhost:1'; it must be a list that names no address twice.",
        "listen-client-urls=http://127.0.0.1:1,http://localhost:1")]
    [InlineData(
        "--listen-client-urls is 'http://127.0.0.1:2380'; it must be at another port than --listen-peer-urls, "
        + "http://localhost:2380.",
        "listen-client-urls=http://127.0.0.1:2380")]
    [InlineData(
        "--advertise-client-urls is ''; it must be URLs that clients can reach, since --listen-client-urls is "
        + "'http://0.0.0.0:2379'.",
        "listen-client-urls=http://0.0.0.0:2379")]
    [InlineData(
        "--advertise-client-urls is 'x'; it must be URLs like http://host:2379, separated by commas (https is not there "
        + "yet).",
        "advertise-client-urls=x")]
    [InlineData(
        "--listen-peer-urls is 'http://127.0.0.1:1,http://127.0.0.1:2'; it must be exactly one URL.",
        "listen-peer-urls=http://127.0.0.1:1,http://127.0.0.1:2")]
    [InlineData(
        "--initial-advertise-peer-urls is 'http://0.0.0.0:2380'; it must be addresses that others can reach, not 0.0.0.0.",
        "initial-advertise-peer-urls=http://0.0.0.0:2380")]
    [InlineData(
        "--initial-cluster is 'a'; it must be a list like a=http://host:2380,b=http://host2:2380.",
        "initial-cluster=a")]
    [InlineData(
        "--initial-cluster is 'a=http://h:1,a=http://h:2'; it must be a list of different names and URLs (see "
        + "'a=http://h:2').",
        "initial-cluster=a=http://h:1,a=http://h:2")]
    [InlineData(
        "--initial-cluster is 'a=http://h:1,b=http://h:1'; it must be a list of different names and URLs (see "
        + "'b=http://h:1').",
        "initial-cluster=a=http://h:1,b=http://h:1")]
    [InlineData(
        "--initial-cluster is 'a=http://h:1'; it must be a list in which this member, 'b' (--name), stands once.",
        "name=b", "initial-cluster=a=http://h:1")]
    [InlineData(
        "--initial-advertise-peer-urls is 'http://localhost:2380'; it must be the URL that --initial-cluster gives 'a', "
        + "http://h:1.",
        "name=a", "initial-cluster=a=http://h:1")]
    [InlineData(
        "--initial-cluster is ''; it must be the list of all members where --initial-cluster-state is existing.",
        "initial-cluster-state=existing")]
    [InlineData("--initial-cluster-state is 'old'; it must be new or existing.", "initial-cluster-state=old")]
    [InlineData("--heartbeat-interval is '0'; it must be a number from 1 to 10000.", "heartbeat-interval=0")]
    [InlineData("--heartbeat-interval is '1s'; it must be a number from 1 to 10000.", "heartbeat-interval=1s")]
    [InlineData("--election-timeout is '9'; it must be a number from 10 to 50000.", "election-timeout=9")]
    [InlineData("--election-timeout is '50001'; it must be a number from 10 to 50000.", "election-timeout=50001")]
    [InlineData(
        "--election-timeout is '499'; it must be at least 5 times --heartbeat-interval, 100.", "election-timeout=499")]
    [InlineData("--snapshot-count is '0'; it must be a number from 1.", "snapshot-count=0")]
    [InlineData("--max-request-bytes is '0'; it must be a number from 1 to 10485760.", "max-request-bytes=0")]
    [InlineData(
        "--max-request-bytes is '10485761'; it must be a number from 1 to 10485760.", "max-request-bytes=10485761")]
    [InlineData("--max-txn-ops is '-1'; it must be a number from 1 to 1000000.", "max-txn-ops=-1")]
    [InlineData(
        "--quota-backend-bytes is '2G'; it must be a number from -9223372036854775808.", "quota-backend-bytes=2G")]
    [InlineData("--nmae: there is no such setting; `sampan server --help` lists them.", "nmae=a")]
    public void What_cannot_be_is_refused_by_name(string sentence, params string[] flags) =>
        Assert.Equal(sentence, Assert.Throws<SettingException>(() => From(flags)).Message);

    [Theory]
    [InlineData("heartbeat-interval=1", "election-timeout=10")]
    [InlineData("heartbeat-interval=10000", "election-timeout=50000")]
    [InlineData("max-request-bytes=10485760", "max-txn-ops=1000000")]
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

    private static ServerOptions Member(string name, string host) =>
        From($"name={name}", $"initial-advertise-peer-urls=http://{host}:2380", Three);

    private static ServerOptions From(params string[] flags) => ServerOptions.From(Settings.Gather(
        flags.ToDictionary(
            flag => flag[..flag.IndexOf('=', StringComparison.Ordinal)],
            flag => flag[(flag.IndexOf('=', StringComparison.Ordinal) + 1)..],
            StringComparer.Ordinal),
        new Dictionary<string, string>(StringComparer.Ordinal),
        filePath: null));
}
