using System.Net;
using System.Net.Sockets;
using Sampan.Grpc;
using Sampan.Protocol.Etcd;
using Sampan.Server.Options;
using Sampan.Server.Tests.Fixture;

namespace Sampan.Server.Tests;

/// <summary>Purpose: servers on real disks and sockets form a cluster, keep what they acknowledged, and end cleanly.
/// </summary>
public sealed class StoreServerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sampan-server-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Three_stores_serve_at_each_member_and_keep_everything_over_a_restart()
    {
        var options = TestStore.OptionsOf(3, _folder);
        await using (var cluster = await TestCluster.StartAsync(options))
        {
            foreach (var store in cluster.Stores)
            {
                await store.PutAsync(store.Options.Name, "written at " + store.Options.Name);
            }

            await AssertWholeAsync(cluster);
            await AssertMembersAsync(cluster);
        }

        await using var again = await TestCluster.StartAsync(options);
        await AssertWholeAsync(again);
        Assert.True(await again.Stores[0].PutAsync("after", "restart") > 4);
    }

    [Fact]
    public async Task A_store_that_lost_its_disk_is_refused_says_what_to_do_and_serves_no_linearizable_read()
    {
        var options = TestStore.OptionsOf(3, _folder);
        await using var cluster = await TestCluster.StartAsync(options);
        await cluster.Stores[0].PutAsync("key", "kept");
        await Task.WhenAll(cluster.Stores.Select(store => store.Lines.WhenAsync("published as")));
        await cluster.Stores[2].DisposeAsync();
        Directory.Delete(options[2].DataPath, recursive: true);

        await using var wiped = await new TestStore(options[2]).StartAsync();
        var sentence = await wiped.Lines.WhenAsync("lost its data directory");
        Assert.Contains("replace it by a membership change", sentence, StringComparison.OrdinalIgnoreCase);
        var refusal = await Assert.ThrowsAsync<GrpcException>(() => wiped.CallAsync<RangeRequest, RangeResponse>(
            "Range",
            new RangeRequest { Key = Google.Protobuf.ByteString.CopyFromUtf8("key") },
            new GrpcCallOptions { Metadata = [new("hasleader", "true")] }));
        Assert.Equal("etcdserver: no leader", refusal.Message);
        var health = await wiped.Http.GetAsync("/health");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
        Assert.Contains("lost its data directory", await health.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        await cluster.Stores[0].PutAsync("key", "changed");
        Assert.Equal("changed", await cluster.Stores[1].GetAsync("key"));
    }

    [Fact]
    public async Task A_leader_hands_over_when_it_is_told_to_stop()
    {
        await using var cluster = await TestCluster.StartAsync(TestStore.OptionsOf(3, _folder));
        await cluster.Stores[0].PutAsync("key", "value");
        var leader = cluster.Stores.Single(store => store.Server.Status is { IsLeader: true });
        await leader.Server.HandOverAsync();
        await leader.Lines.WhenAsync("leadership handed over");
        Assert.False(leader.Server.Status?.IsLeader);
    }

    [Fact]
    public async Task A_single_store_hands_over_nothing()
    {
        await using var store = await new TestStore(TestStore.OptionsOf(1, _folder)[0]).StartAsync();
        await store.PutAsync("key", "value");
        await store.Server.HandOverAsync();
        Assert.True(store.Server.Status?.IsLeader);
    }

    [Fact]
    public async Task A_disk_that_fails_ends_the_store_with_a_sentence()
    {
        var files = new FailingFiles();
        await using var store = await new TestStore(TestStore.OptionsOf(1, _folder)[0], files).StartAsync();
        await store.PutAsync("key", "value");
        files.IsBroken = true;
        var put = store.CallAsync<PutRequest, PutResponse>(
            "Put", new PutRequest { Key = Google.Protobuf.ByteString.CopyFromUtf8("key") }, GrpcCallOptions.None);
        var reason = await store.Server.Failure;
        Assert.StartsWith(
            "The store stops, since its disk can no longer be trusted: fdatasync of ",
            reason,
            StringComparison.Ordinal);
        var health = await store.Http.GetAsync("/health");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
        await store.Server.StopAsync();
        await Assert.ThrowsAsync<GrpcException>(() => put);
    }

    [Theory]
    [InlineData(true, "The data directory cannot be used: fdatasync of ")]
    [InlineData(false, "The store stops, since its disk can no longer be trusted: fdatasync of ")]
    public async Task A_disk_that_fails_during_the_first_start_ends_it_with_a_sentence(bool isAtOnce, string sentence)
    {
        var files = new FailingFiles { IsBroken = isAtOnce, IsBrokenForWriter = true };
        await using var store = new TestStore(TestStore.OptionsOf(1, _folder)[0], files);
        var failure = await Assert.ThrowsAsync<ServerFailedException>(store.StartAsync);
        Assert.StartsWith(sentence, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_peer_port_in_use_is_told_before_anything_is_written()
    {
        var options = TestStore.OptionsOf(1, _folder)[0];
        using var holder = Hold(options.PeerEndpoint);
        await using var store = new TestStore(options);
        var failure = await Assert.ThrowsAsync<ServerFailedException>(store.StartAsync);
        Assert.Equal(
            $"The peer port {options.PeerEndpoint} is in use; stop what listens there, or choose another by "
            + "--listen-peer-urls (dev: --port).",
            failure.Message);
        Assert.False(Directory.Exists(options.DataPath));
    }

    [Fact]
    public async Task A_client_port_in_use_is_told()
    {
        var options = TestStore.OptionsOf(1, _folder)[0];
        using var holder = Hold(options.ClientEndpoints[0]);
        await using var store = new TestStore(options);
        var failure = await Assert.ThrowsAsync<ServerFailedException>(store.StartAsync);
        Assert.StartsWith(
            $"A client port of {options.ClientEndpoints[0]} is in use;", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_of_another_cluster_a_later_version_or_a_running_store_is_refused()
    {
        var options = TestStore.OptionsOf(1, _folder)[0];
        var other = TestStore.OptionsOf(1, _folder, ("initial-cluster-token", "other"))[0];
        await using (var store = await new TestStore(options).StartAsync())
        {
            await AssertRefusedAsync(
                TestStore.OptionsOf(1, _folder)[0], "the data directory .* is in use by another process\\.");
        }

        await AssertRefusedAsync(other, "the data directory .* belongs to cluster .*\\.");
        var identity = Path.Combine(options.DataPath, "store.json");
        File.WriteAllText(
            identity,
            File.ReadAllText(identity).Replace("\"format\": 3", "\"format\": 4", StringComparison.Ordinal));
        await AssertRefusedAsync(options, "store.json has format 4, .* was used by a later version");
    }

    [Fact]
    public async Task Folders_above_the_data_directory_are_made()
    {
        var options = TestStore.OptionsOf(1, Path.Combine(_folder, "a", "b"))[0];
        await using var store = await new TestStore(options).StartAsync();
        Assert.True(Directory.Exists(Path.Combine(_folder, "a", "b", "store0", "log")));
    }

    [Fact]
    public void Options_that_are_out_of_bounds_build_no_server() => Assert.Throws<ArgumentException>(
        () => new TestStore(TestStore.OptionsOf(1, _folder)[0] with { QuotaBytes = 0 }));

    private static Socket Hold(IPEndPoint endpoint)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(endpoint);
        socket.Listen();
        return socket;
    }

    private static async Task AssertRefusedAsync(ServerOptions options, string pattern)
    {
        await using var store = new TestStore(options);
        var failure = await Assert.ThrowsAsync<ServerFailedException>(store.StartAsync);
        Assert.Matches(pattern, failure.Message);
    }

    private static async Task AssertWholeAsync(TestCluster cluster)
    {
        foreach (var reader in cluster.Stores)
        {
            foreach (var writer in cluster.Stores)
            {
                Assert.Equal(
                    "written at " + writer.Options.Name, await reader.GetAsync(writer.Options.Name));
            }
        }
    }

    private static async Task AssertMembersAsync(TestCluster cluster)
    {
        await Task.WhenAll(cluster.Stores.Select(store => store.Lines.WhenAsync("published as")));
        foreach (var store in cluster.Stores)
        {
            var list = await store.CallAsync<MemberListRequest, MemberListResponse>(
                "MemberList", new MemberListRequest { Linearizable = true }, GrpcCallOptions.None);
            Assert.Equal(
                cluster.Stores.Select(other =>
                    (other.Options.Self.Id, other.Options.Name, other.Options.ClientUrls[0])).Order(),
                list.Members.Select(member => (member.ID, member.Name, member.ClientURLs.Single())).Order());
            Assert.Equal(store.Options.ClusterId, list.Header.ClusterId);
            Assert.Equal(store.Options.Self.Id, list.Header.MemberId);
        }
    }
}
