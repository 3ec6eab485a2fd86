using Sampan.Server.Options;

namespace Sampan.Server.Tests.Options;

/// <summary>
/// Purpose: what a server is told is understood, whoever says it, and what makes no sense is refused by its name.
/// </summary>
public sealed class SettingsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sampan-settings-").FullName;

    [Fact]
    public void Without_a_word_it_is_a_store_of_its_own_on_loopback()
    {
        var options = ServerOptions.From(Gather([], [], file: null));
        Assert.Equal(("default", "default.sampan"), (options.Name, options.DataPath));
        Assert.Equal("127.0.0.1:2379", Assert.Single(options.ClientEndpoints).ToString());
        Assert.Equal("127.0.0.1:2380", options.PeerEndpoint.ToString());
        Assert.Equal(options.Self, Assert.Single(options.Members));
        Assert.Equal("http://localhost:2379", Assert.Single(options.ClientUrls));
        Assert.True(options.IsNewCluster);
        Assert.Equal((100.0, 1000.0), Milliseconds(options));
        Assert.Equal(
            (100_000UL, 1_572_864, 128),
            (options.SnapshotEntries, options.RequestBytesMax, options.TxnOperationsMax));
        Assert.Equal(2L * 1024 * 1024 * 1024, options.QuotaBytes);
    }

    [Fact]
    public void Every_setting_arrives()
    {
        var options = ServerOptions.From(Gather(
            [
                "name=b", "data-dir=/data/b", "listen-client-urls=http://10.0.0.2:1,http://127.0.0.1:2",
                "advertise-client-urls=http://b.example:1/", "listen-peer-urls=http://0.0.0.0:3",
                "initial-advertise-peer-urls=http://b.example:3",
                "initial-cluster=a=http://a.example:3,b=http://b.example:3", "initial-cluster-state=existing",
                "initial-cluster-token=t", "heartbeat-interval=50", "election-timeout=250",
            "election-round-trip=12", "snapshot-count=7",
            "snapshot-growth=30",
                "max-request-bytes=8", "max-txn-ops=9", "quota-backend-bytes=-1",
            ],
            [],
            file: null));
        Assert.Equal(("b", "/data/b"), (options.Name, options.DataPath));
        Assert.Equal(["10.0.0.2:1", "127.0.0.1:2"], options.ClientEndpoints.Select(endpoint => endpoint.ToString()));
        Assert.Equal("http://b.example:1", Assert.Single(options.ClientUrls));
        Assert.Equal("0.0.0.0:3", options.PeerEndpoint.ToString());
        Assert.Equal(["a", "b"], options.Members.Select(member => member.Name));
        Assert.Equal("b", options.Self.Name);
        Assert.False(options.IsNewCluster);
        Assert.Equal((50.0, 250.0), Milliseconds(options));
        Assert.Equal(TimeSpan.FromMilliseconds(12), options.ElectionRoundTrip);
        Assert.Equal((7UL, 8, 9), (options.SnapshotEntries, options.RequestBytesMax, options.TxnOperationsMax));
        Assert.Equal(long.MaxValue, options.QuotaBytes);
    }

    [Theory]
    [InlineData(true, true, true, "flag")]
    [InlineData(false, true, true, "variable")]
    [InlineData(false, false, true, "file")]
    [InlineData(false, false, false, "default")]
    public void A_flag_counts_before_a_variable_and_that_before_the_file(
        bool isFlag, bool isVariable, bool isFile, string expected)
    {
        var settings = Gather(
            isFlag ? ["name=flag"] : [],
            isVariable ? ["SAMPAN_NAME=variable", "HOME=/root"] : ["HOME=/root"],
            isFile ? File("{ \"name\": \"file\" }") : null);
        Assert.Equal(expected, ServerOptions.From(settings).Name);
    }

    [Fact]
    public void Etcds_variables_count_where_no_own_one_says_something()
    {
        var settings = Gather(
            [],
            ["ETCD_NAME=etcd", "ETCD_MAX_TXN_OPS=9", "SAMPAN_NAME=own", "ETCD_UNKNOWN=x", "SAMPAN_DATA_DIR="],
            file: null);
        var options = ServerOptions.From(settings);
        Assert.Equal(("own", 9, "own.sampan"), (options.Name, options.TxnOperationsMax, options.DataPath));
    }

    [Fact]
    public void A_variable_names_the_file() =>
        Assert.Equal("f", Gather([], [$"SAMPAN_CONFIG_FILE={File("{ \"name\": \"f\" }")}"], file: null)["name"]);

    [Fact]
    public void Variables_that_kubernetes_makes_say_nothing() => Assert.Equal("default", Gather(
        [], ["SAMPAN_SERVICE_HOST=a", "SAMPAN_PORT=tcp://a:1", "SAMPAN_PORT_1_TCP_ADDR=a"], file: null)["name"]);

    [Fact]
    public void Variables_that_set_up_tests_say_nothing() =>
        Assert.Equal("default", Gather([], ["SAMPAN_CONFORMANCE=/c", "SAMPAN_ROUNDS=30"], file: null)["name"]);

    [Fact]
    public void A_file_takes_strings_numbers_comments_and_trailing_commas()
    {
        var path = File("{ \"name\": \"f\", // whose\n \"election-timeout\": 2000, \"heartbeat-interval\": \"200\", }");
        var options = ServerOptions.From(Gather([], [], path));
        Assert.Equal(("f", 2000.0), (options.Name, options.ElectionTimeout.TotalMilliseconds));
    }

    /// <summary>The same members and token give the same ids everywhere; another token gives another cluster.</summary>
    [Fact]
    public void Ids_follow_from_members_and_token()
    {
        var a = Member("a", "t");
        var b = Member("b", "t");
        Assert.Equal(a.ClusterId, b.ClusterId);
        Assert.Equal(a.Members, b.Members);
        Assert.NotEqual(a.Self.Id, b.Self.Id);
        Assert.NotEqual(a.ClusterId, Member("a", "u").ClusterId);

        static ServerOptions Member(string name, string token) => ServerOptions.From(Gather(
            [
                $"name={name}", $"initial-advertise-peer-urls=http://{name}:1",
                "initial-cluster=a=http://a:1,b=http://b:1",
                $"initial-cluster-token={token}",
            ],
            [],
            file: null));
    }

    [Theory]
    [InlineData("names=a", "--names: there is no such setting")]
    [InlineData("name=", "--name is ''; it must be a name without")]
    [InlineData("name=a b", "--name is 'a b'; it must be a name without")]
    [InlineData("name=../a", "--name is '../a'; it must be a name without")]
    [InlineData("listen-client-urls=", "--listen-client-urls is ''; it must be at least one URL")]
    [InlineData("listen-client-urls=127.0.0.1:2379", "--listen-client-urls is '127.0.0.1:2379'; it must be URLs like")]
    [InlineData("listen-client-urls=https://127.0.0.1:1", "(https is not there yet)")]
    [InlineData("listen-client-urls=http://127.0.0.1:1/path", "it must be URLs like")]
    [InlineData("listen-client-urls=http://127.0.0.1:0", "it must be URLs like")]
    [InlineData("listen-client-urls=http://127.0.0.1:70000", "it must be URLs like")]
    [InlineData("listen-client-urls=unix:///run/sampan", "it must be URLs like")]
    [InlineData("listen-client-urls=http://db.example:1", "it must be URLs with an IP address of this machine")]
    [InlineData("listen-client-urls=http://0.0.0.0:1", "--advertise-client-urls is ''; it must be given where")]
    [InlineData("listen-client-urls=http://[::]:1", "--advertise-client-urls is ''; it must be given where")]
    [InlineData("advertise-client-urls=https://a:1", "--advertise-client-urls is 'https://a:1'; it must be URLs like")]
    [InlineData(
        "listen-peer-urls=https://127.0.0.1:1",
        "--listen-peer-urls is 'https://127.0.0.1:1'; it must be URLs like")]
    [InlineData("listen-peer-urls=http://127.0.0.1:1,http://127.0.0.1:2", "it must be exactly one URL")]
    [InlineData("listen-peer-urls=http://a.example:1", "it must be URLs with an IP address of this machine")]
    [InlineData(
        "initial-advertise-peer-urls=https://a:1",
        "--initial-advertise-peer-urls is 'https://a:1'; it must be URLs")]
    [InlineData("initial-advertise-peer-urls=http://a:1,http://b:1", "it must be exactly one URL")]
    [InlineData("initial-cluster=a=http://a:1", "a list in which this member, 'default', stands once")]
    [InlineData(
        "initial-cluster=default=http://a:1",
        "--initial-advertise-peer-urls is 'http://localhost:2380'; it must be the URL that "
        + "--initial-cluster gives 'default', http://a:1")]
    [InlineData("initial-cluster=default", "--initial-cluster is 'default'; it must be a list like")]
    [InlineData("initial-cluster=default=https://localhost:2380", "it must be a list like")]
    [InlineData("initial-cluster==http://localhost:2380", "it must be a list like")]
    [InlineData(
        "initial-cluster=default=http://localhost:2380,default=http://b:1",
        "('default=http://b:1' stands twice)")]
    [InlineData("initial-cluster=default=http://localhost:2380,b=http://localhost:2380", "stands twice)")]
    [InlineData("initial-cluster-state=old", "--initial-cluster-state is 'old'; it must be new or existing.")]
    [InlineData("heartbeat-interval=0", "--heartbeat-interval is '0'; it must be a number from 1 to 60000.")]
    [InlineData("heartbeat-interval=1.5", "--heartbeat-interval is '1.5'; it must be a number")]
    [InlineData(
        "heartbeat-interval=201",
        "--election-timeout is '1000'; it must be at least 5 times --heartbeat-interval, which is 201.")]
    [InlineData("election-timeout=499", "it must be at least 5 times --heartbeat-interval, which is 100.")]
    [InlineData("election-timeout=49", "--election-timeout is '49'; it must be a number from 50 to 600000.")]
    [InlineData("election-timeout=600001", "it must be a number from 50 to 600000.")]
    [InlineData(
        "election-round-trip=50",
        "--election-timeout is '1000'; it must be above 20 times --election-round-trip, which is 50.")]
    [InlineData("election-round-trip=0", "--election-round-trip is '0'; it must be a number from 1 to 10000.")]
    [InlineData("snapshot-count=0", "--snapshot-count is '0'; it must be a number from 1.")]
    [InlineData("max-request-bytes=0", "--max-request-bytes is '0'; it must be a number from 1 to 15728640.")]
    [InlineData("max-request-bytes=15728641", "it must be a number from 1 to 15728640.")]
    [InlineData("max-request-bytes=1e6", "--max-request-bytes is '1e6'; it must be a number")]
    [InlineData("max-txn-ops=0", "--max-txn-ops is '0'; it must be a number from 1 to 1000000.")]
    [InlineData("quota-backend-bytes=-2", "--quota-backend-bytes is '-2'; it must be a number from -1.")]
    [InlineData("quota-backend-bytes=2GB", "--quota-backend-bytes is '2GB'; it must be a number from -1.")]
    public void A_flag_that_makes_no_sense_is_refused_by_its_name(string flag, string expected)
    {
        var thrown = Assert.Throws<SettingException>(() => ServerOptions.From(Gather([flag], [], file: null)));
        Assert.Contains(expected, thrown.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SAMPAN_NAMES=a", "the environment variable SAMPAN_NAMES: there is no such setting")]
    [InlineData("SAMPAN_MAX_TXN_OPS=many", "SAMPAN_MAX_TXN_OPS is 'many'; it must be a number from 1 to 1000000.")]
    public void A_variable_that_makes_no_sense_is_refused_by_its_name(string variable, string expected)
    {
        var thrown = Assert.Throws<SettingException>(() => ServerOptions.From(Gather([], [variable], file: null)));
        Assert.Contains(expected, thrown.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ \"names\": \"a\" }", "names in ", "there is no such setting")]
    [InlineData("{ \"max-txn-ops\": 0 }", "max-txn-ops in ", " is '0'; it must be a number from 1 to 1000000.")]
    [InlineData("{ \"name\": [\"a\"] }", "name in ", "must be a string or a number")]
    [InlineData("{ \"name\": \"a\", \"name\": \"b\" }", "is no JSON", "name")]
    [InlineData("[]", "settings.json", "must hold one JSON object")]
    [InlineData("name: a", "settings.json", "is no JSON")]
    [InlineData("", "settings.json", "is no JSON")]
    public void A_file_that_makes_no_sense_is_refused_with_its_name(string text, string first, string second)
    {
        var thrown = Assert.Throws<SettingException>(() => ServerOptions.From(Gather([], [], File(text))));
        Assert.Contains(first, thrown.Message, StringComparison.Ordinal);
        Assert.Contains(second, thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_or_too_large_is_refused()
    {
        var absent = Assert.Throws<SettingException>(() => Gather([], [], Path.Combine(_folder, "none.json")));
        Assert.Contains("cannot be read", absent.Message, StringComparison.Ordinal);
        var large = Assert.Throws<SettingException>(() => Gather([], [], File(new string(' ', (1024 * 1024) + 1))));
        Assert.Contains("at most 1048576", large.Message, StringComparison.Ordinal);
        Assert.Throws<SettingException>(() => Gather([], [], _folder));
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static (double Heartbeat, double Election) Milliseconds(ServerOptions options) =>
        (options.HeartbeatInterval.TotalMilliseconds, options.ElectionTimeout.TotalMilliseconds);

    private static Settings Gather(string[] flags, string[] variables, string? file) =>
        Settings.Gather(Pairs(flags), Pairs(variables), file);

    private static Dictionary<string, string> Pairs(string[] texts) => texts
        .Select(text => text.Split('=', count: 2))
        .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);

    private string File(string text)
    {
        var path = Path.Combine(_folder, "settings.json");
        System.IO.File.WriteAllText(path, text);
        return path;
    }
}
