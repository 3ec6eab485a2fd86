using System.Globalization;
using System.Text.RegularExpressions;

namespace Sampan.Clients.Tests;

/// <summary>
/// Purpose: endpoints may be named as etcd's users name them, as URLs, several, or by the cluster itself. What etcdctl
/// makes of them reaches the server as the authority of its calls, so the answers are those of a real etcd.
/// </summary>
[Collection("One cluster at a time")]
public sealed partial class EtcdctlEndpointsTests
{
    // {0}, {1} and {2} are the members.
    private static readonly string[] _endpoints =
    [
        "http://{0}",
        "{0},{1},{2}",
        "http://{0},http://{1},http://{2}",
        "{1},http://{2}",
    ];

    private static readonly string[] _commands =
    [
        "put k v",
        "get k",
        "get k -w json",
        "del k",
        "endpoint health",
        "endpoint status",
        "endpoint status -w json",
        "endpoint hashkv",
        "defrag",
        "member list",
        "alarm list",
        "endpoint health --cluster",
        "endpoint status --cluster",
        "endpoint status --cluster -w json",
        "endpoint hashkv --cluster",
        "defrag --cluster",
    ];

    [ClientFact("etcdctl", "etcd")]
    public async Task Endpoints_may_be_written_in_any_way()
    {
        await using var cluster = await LocalCluster.StartAsync();
        using var etcd = new RealEtcd(members: 3);
        await StartedAsync(cluster.Endpoints);
        await StartedAsync(etcd.Endpoints);
        var differences = new List<string>();
        foreach (var endpoints in _endpoints)
        {
            foreach (var command in _commands)
            {
                var own = await RunAsync(cluster.Endpoints, endpoints, command);
                var theirs = await RunAsync(etcd.Endpoints, endpoints, command);
                if (!own.StartsWith("exit 0\n", StringComparison.Ordinal)
                    || !string.Equals(own, theirs, StringComparison.Ordinal))
                {
                    differences.Add($"etcdctl --endpoints={endpoints} {command}\nSampan: {own}\netcd: {theirs}");
                }
            }
        }

        Assert.True(differences.Count == 0, string.Join("\n\n", differences));
    }

    // Members come in the order of their ids, the healthy ones in that of their answers.
    private static async Task<string> RunAsync(string[] members, string endpoints, string command)
    {
        var named = string.Format(CultureInfo.InvariantCulture, endpoints, [.. members]);
        var lines = (await Etcdctl.RunAsync(named, command)).Split('\n');
        var others = lines.Skip(1).Select(line => Varying().Replace(line, "#")).Order(StringComparer.Ordinal);
        return string.Join('\n', others.Prepend(lines[0]));
    }

    // Every member publishes itself once it is there; both clusters have a leader then.
    private static async Task StartedAsync(string[] members)
    {
        for (var i = 0; i < 200; i++)
        {
            var answer = await Etcdctl.RunAsync(members[0], "member list");
            if (answer.Split(", started, ", StringSplitOptions.None).Length == members.Length + 1)
            {
                return;
            }
        }

        Assert.Fail("the members did not come up");
    }

    // Sizes; which member leads; whatever has a number: addresses, names, ids, versions, terms, hashes, times.
    [GeneratedRegex(
        @"\d[\d.]* k?B|(?<=, )(true|false)(?=, false, )|[\w.]*\d[\w.:]*",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Varying();
}
