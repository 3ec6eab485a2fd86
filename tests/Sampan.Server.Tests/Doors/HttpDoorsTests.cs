using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Google.Protobuf;
using Sampan.Grpc;
using Sampan.Protocol.Etcd;
using Sampan.Server.Tests.Fixture;

namespace Sampan.Server.Tests.Doors;

/// <summary>Purpose: what is asked by plain HTTP on the client port is answered as etcd answers it.</summary>
public sealed partial class HttpDoorsTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sampan-http-").FullName;
    private TestStore? _store;

    private TestStore Store => _store ?? throw new InvalidOperationException("not started");

    public async Task InitializeAsync()
    {
        _store = await new TestStore(
            TestStore.OptionsOf(1, _folder, ("quota-backend-bytes", "2000"))[0]).StartAsync();
        await _store.PutAsync("key", "value");
    }

    public async Task DisposeAsync()
    {
        await Store.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("/health?serializable=true")]
    [InlineData("/health?exclude=NOSPACE")]
    public async Task A_healthy_store_says_so(string path)
    {
        var response = await Store.Http.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("""{"health":"true","reason":""}""", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Too_much_data_is_an_illness_unless_it_is_excluded()
    {
        // The quota is looked at from time to time only, so that some puts go beyond it.
        var large = ByteString.CopyFrom(new byte[3000]);
        await Store.CallAsync<PutRequest, PutResponse>(
            "Put", new PutRequest { Key = ByteString.CopyFromUtf8("large"), Value = large }, GrpcCallOptions.None);
        var response = await Store.Http.GetAsync("/health");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("""{"health":"false","reason":"ALARM NOSPACE"}""", await response.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.OK, (await Store.Http.GetAsync("/health?exclude=NOSPACE")).StatusCode);
        var metrics = await Store.Http.GetStringAsync("/metrics");
        Assert.Contains("sampan_nospace 1\n", metrics, StringComparison.Ordinal);
        Assert.Matches(
            "NOSPACE: [0-9]+ bytes of data, the quota is 2000", await Store.Lines.WhenAsync("NOSPACE: "));

        var delete = await Store.CallAsync<DeleteRangeRequest, DeleteRangeResponse>(
            "DeleteRange", new DeleteRangeRequest { Key = ByteString.CopyFromUtf8("large") }, GrpcCallOptions.None);
        await Store.CallAsync<CompactionRequest, CompactionResponse>(
            "Compact",
            new CompactionRequest { Revision = delete.Header.Revision, Physical = true },
            GrpcCallOptions.None);
        await Store.Lines.WhenAsync("NOSPACE is over");
        Assert.Equal(HttpStatusCode.OK, (await Store.Http.GetAsync("/health")).StatusCode);
    }

    [Fact]
    public async Task The_version_is_one_of_etcd()
    {
        using var json = JsonDocument.Parse(await Store.Http.GetStringAsync("/version"));
        var status = await Store.CallAsync<StatusRequest, StatusResponse>(
            "Status", new StatusRequest(), GrpcCallOptions.None);
        Assert.Equal(status.Version, json.RootElement.GetProperty("etcdserver").GetString());
        Assert.Equal(status.Version, json.RootElement.GetProperty("etcdcluster").GetString());
        Assert.Matches(@"^\d+\.\d+\.\d+$", json.RootElement.GetProperty("sampan").GetString());
    }

    [Fact]
    public async Task Metrics_are_prometheus_text_with_etcds_names()
    {
        var response = await Store.Http.GetAsync("/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        var text = await response.Content.ReadAsStringAsync();
        var samples = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#'))
        {
            Assert.Matches(Sample(), line);
            var space = line.LastIndexOf(' ');
            samples.Add(line[..space], double.Parse(line[(space + 1)..], CultureInfo.InvariantCulture));
        }

        Assert.Equal(1, samples["etcd_server_has_leader"]);
        Assert.Equal(1, samples["etcd_server_is_leader"]);
        Assert.Equal(1, samples["etcd_server_leader_changes_seen_total"]);
        Assert.Equal(0, samples["sampan_failed"]);
        Assert.Equal(0, samples["sampan_nospace"]);
        Assert.Equal(0, samples["sampan_disk_damages_total"]);
        Assert.True(samples["etcd_server_proposals_committed_total"] >= 2);
        Assert.True(samples["etcd_server_proposals_applied_total"] >= 2);
        Assert.True(samples["etcd_mvcc_db_total_size_in_bytes"] > 0);
        Assert.True(samples["process_cpu_seconds_total"] > 0);
        Assert.True(samples["process_resident_memory_bytes"] > 0);
        Assert.True(samples["etcd_disk_wal_fsync_duration_seconds_count"] > 0);
        Assert.Equal(
            samples["etcd_disk_wal_fsync_duration_seconds_count"],
            samples["etcd_disk_wal_fsync_duration_seconds_bucket{le=\"+Inf\"}"]);
        Assert.True(samples[
            "grpc_server_handled_total{grpc_code=\"OK\",grpc_method=\"Put\",grpc_service=\"etcdserverpb.KV\","
            + "grpc_type=\"unary\"}"] >= 1);
    }

    [Fact]
    public async Task What_is_not_there_is_told()
    {
        Assert.Equal(HttpStatusCode.NotFound, (await Store.Http.GetAsync("/nothing")).StatusCode);
        using var body = new ByteArrayContent([]);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await Store.Http.PostAsync("/health", body)).StatusCode);
        var gateway = await Store.Http.PostAsync("/v3/kv/range", body);
        Assert.Equal(HttpStatusCode.NotImplemented, gateway.StatusCode);
        using var json = JsonDocument.Parse(await gateway.Content.ReadAsStringAsync());
        Assert.Equal(12, json.RootElement.GetProperty("code").GetInt32());
    }

    [GeneratedRegex(
        "^[a-z_]+(\\{([a-z_]+=\"[^\"]*\",?)+\\})? [0-9.E+-]+$",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Sample();
}
