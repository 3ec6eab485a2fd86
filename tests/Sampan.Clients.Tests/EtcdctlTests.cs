namespace Sampan.Clients.Tests;

/// <summary>etcd's own client at Sampan, and, where it is installed, at a real etcd: the same answers.</summary>
[Collection("One cluster at a time")]
public sealed class EtcdctlTests
{
    // In this order, since each builds on what those before have left; a line may bring what is typed in.
    private static readonly (string Command, string Input)[] Story =
    [
        ("put a 1", ""),
        ("put b 2", ""),
        ("put b 3", ""),
        ("put c/x 10", ""),
        ("put c/y 09", ""),
        ("put c/z 11", ""),
        ("put --prev-kv b 4", ""),
        ("put b --ignore-value", ""),
        ("put missing --ignore-value", ""),
        ("put b v --lease=123", ""),
        ("put fromstdin", "typed in"),
        ("get a", ""),
        ("get nothing", ""),
        ("get a c/y", ""),
        ("get --prefix c/", ""),
        ("get --prefix c/ --limit=2", ""),
        ("get --from-key b", ""),
        ("get --prefix  --keys-only c", ""),
        ("get --prefix --count-only -w fields c", ""),
        ("get --prefix --print-value-only c", ""),
        ("get --prefix c --sort-by=KEY --order=DESCEND", ""),
        ("get --prefix c --sort-by=VALUE --order=ASCEND", ""),
        ("get --prefix c --sort-by=VALUE --order=DESCEND", ""),
        ("get --from-key a --sort-by=VERSION --order=DESCEND --limit=1", ""),
        ("get --prefix c --sort-by=CREATE --order=DESCEND", ""),
        ("get --prefix c --sort-by=MODIFY --order=ASCEND", ""),
        ("get --rev=3 b", ""),
        ("get --rev=4 --from-key a", ""),
        ("get --rev=99 b", ""),
        ("get --consistency=s a", ""),
        ("get --consistency=l a", ""),
        ("get --hex a", ""),
        ("get a -w json", ""),
        ("get a -w fields", ""),
        ("get --prefix c -w json", ""),
        ("put j 1 -w json", ""),
        ("del j -w json", ""),
        ("del j", ""),
        ("del --prev-kv b", ""),
        ("del --prefix c/x", ""),
        ("put b again", ""),
        ("get b -w fields", ""),
        ("txn", "value(\"a\") = \"1\"\n\nput yes 1\nget a\n\nput no 1\n\n"),
        ("txn", "version(\"a\") > \"5\"\ncreate(\"a\") = \"2\"\n\nput yes 1\n\nget --prefix c\ndel c/y\n\n"),
        ("txn", "mod(\"a\") < \"100\"\n\nget a\n\n\n\n"),
        ("txn -w json", "lease(\"a\") = \"0\"\n\nput t 1\n\n\n\n"),
        ("txn", "mod(\"a\") > \"0\"\n\nput twice 1\nput twice 2\n\n\n\n"),
        ("compaction 6", ""),
        ("compaction 6", ""),
        ("compaction 900", ""),
        ("compaction --physical 8", ""),
        ("get --rev=5 b", ""),
        ("get --rev=9 --from-key a", ""),
        ("del --from-key y", ""),
        ("get --from-key a", ""),
    ];

    [ClientFact("etcdctl", "etcd")]
    public async Task Answers_are_those_of_etcd_at_every_member()
    {
        await using var cluster = await LocalCluster.StartAsync();
        using var etcd = new RealEtcd();
        await ReadyAsync(etcd.Endpoint);
        var differences = new List<string>();
        for (var i = 0; i < Story.Length; i++)
        {
            var (command, input) = Story[i];
            var own = Etcdctl.Normalise(
                await Etcdctl.RunAsync(cluster.Endpoints[i % cluster.Endpoints.Length], command, input));
            var theirs = Etcdctl.Normalise(await Etcdctl.RunAsync(etcd.Endpoint, command, input));
            if (!string.Equals(own, theirs, StringComparison.Ordinal))
            {
                differences.Add($"etcdctl {command}\nSampan: {own}\netcd: {theirs}");
            }
        }

        Assert.True(differences.Count == 0, string.Join("\n\n", differences));
    }

    [ClientFact("etcdctl")]
    public async Task Members_status_health_and_hashes_are_shown()
    {
        await using var cluster = await LocalCluster.StartAsync();
        var all = string.Join(',', cluster.Endpoints);
        Assert.Equal("exit 0\nOK\n", await Etcdctl.RunAsync(cluster.Endpoints[1], "put k v"));
        // Each says who it is by a proposal of its own, soon after the start.
        var members = string.Empty;
        for (var i = 0; i < 100 && (i == 0 || members.Contains("unstarted", StringComparison.Ordinal)); i++)
        {
            members = await Etcdctl.RunAsync(cluster.Endpoints[0], "member list");
        }

        for (var i = 0; i < 3; i++)
        {
            Assert.Contains($"started, m{i}, http://127.0.0.1:", members, StringComparison.Ordinal);
            Assert.Contains($"http://{cluster.Endpoints[i]}, false", members, StringComparison.Ordinal);
        }

        var status = await Etcdctl.RunAsync(all, "endpoint status");
        Assert.Equal(3, status.Split("3.5.0", StringSplitOptions.None).Length - 1);
        Assert.Equal(1, status.Split(", true, false", StringSplitOptions.None).Length - 1);
        Assert.Contains("+------", await Etcdctl.RunAsync(all, "endpoint status -w table"), StringComparison.Ordinal);
        Assert.Contains("\"dbSize\"", await Etcdctl.RunAsync(all, "endpoint status -w json"), StringComparison.Ordinal);
        var hashes = await Etcdctl.RunAsync(all, "endpoint hashkv");
        Assert.Single(hashes.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Skip(1).Select(line => line.Split(", ")[1]).Distinct(StringComparer.Ordinal));
        Assert.StartsWith("exit 0", await Etcdctl.RunAsync(all, "endpoint health"), StringComparison.Ordinal);
        Assert.StartsWith("exit 0", await Etcdctl.RunAsync(all, "alarm list"), StringComparison.Ordinal);
        Assert.StartsWith("exit 0", await Etcdctl.RunAsync(all, "defrag"), StringComparison.Ordinal);
    }

    [ClientFact("etcdctl")]
    public async Task What_is_not_there_yet_says_so_and_does_not_hang()
    {
        await using var cluster = await LocalCluster.StartAsync();
        var endpoint = cluster.Endpoints[0];
        Assert.Equal("exit 0\nOK\n", await Etcdctl.RunAsync(endpoint, "put k v"));
        foreach (var command in (string[])["lease grant 10", "lease list", "auth enable", "user list", "role list",
            "member add m9 --peer-urls=http://127.0.0.1:1", "snapshot save /dev/null"])
        {
            var answer = await Etcdctl.RunAsync(endpoint, command);
            Assert.DoesNotContain("exit 0", answer, StringComparison.Ordinal);
            Assert.Contains("not supported yet", answer, StringComparison.Ordinal);
        }
    }

    private static async Task ReadyAsync(string endpoint)
    {
        // etcdctl itself waits for the server; the first command that succeeds says that it is there.
        for (var i = 0; i < 20; i++)
        {
            if ((await Etcdctl.RunAsync(endpoint, "get nothing")).StartsWith("exit 0", StringComparison.Ordinal))
            {
                return;
            }
        }

        Assert.Fail("etcd did not come up");
    }
}
