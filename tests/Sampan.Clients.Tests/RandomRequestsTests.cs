using Google.Protobuf;
using Google.Protobuf.Reflection;
using Sampan.Grpc;
using Sampan.Protocol.Etcd;

namespace Sampan.Clients.Tests;

/// <summary>
/// Purpose: not what we think etcd answers, but what it does answer, to requests that nobody would think of.
/// </summary>
[Collection("One cluster at a time")]
public sealed class RandomRequestsTests
{
    private const int Requests = 3_000;
    private const int DifferencesMax = 5;

    [ClientFact("etcd")]
    public async Task Answers_to_random_requests_are_those_of_etcd()
    {
        await using var cluster = await LocalCluster.StartAsync();
        using var etcd = new RealEtcd();
        using var own = Connect(cluster.Endpoints[0]);
        using var theirs = Connect(etcd.Endpoint);
        await CallAsync(theirs, "Range", new RangeRequest { Key = ByteString.CopyFromUtf8("ready") }, attempts: 500);
        var requests = new RandomRequests(seed: 1);
        var revision = 1L;
        var differences = new List<string>();
        for (var i = 0; i < Requests && differences.Count < DifferencesMax; i++)
        {
            var (method, request) = requests.Next(revision);
            var (answer, header) = await CallAsync(own, method, request, attempts: 1);
            var (expected, expectedHeader) = await CallAsync(theirs, method, request, attempts: 1);
            if (!string.Equals(answer, expected, StringComparison.Ordinal) || header != expectedHeader)
            {
                differences.Add(
                    $"request {i}: {method} {request}\nSampan, {header}: {answer}\netcd, {expectedHeader}: {expected}");
            }

            revision = Math.Max(revision, header);
        }

        Assert.True(differences.Count == 0, string.Join("\n\n", differences));
        Assert.True(revision > Requests / 4, $"only {revision} revisions were made");
    }

    private static GrpcChannel Connect(string endpoint) => new(
        new Uri($"http://{endpoint}"),
        new GrpcChannelOptions { ReceiveBytesMax = 64 * 1024 * 1024, Time = TimeProvider.System });

    // What was answered, but for ids and term, and the revision it was answered at.
    private static async Task<(string Answer, long Revision)> CallAsync(
        GrpcChannel channel, string method, IMessage request, int attempts)
    {
        var descriptor = RpcReflection.Descriptor.Services[0].FindMethodByName(method);
        while (true)
        {
            try
            {
                var bytes = await channel.RawUnaryAsync(
                    $"/etcdserverpb.KV/{method}", request.ToByteArray(), GrpcCallOptions.None, CancellationToken.None);
                var response = descriptor.OutputType.Parser.ParseFrom(bytes.Span);
                var revision = TakeHeader(response, descriptor.OutputType);
                return (response.ToString() ?? string.Empty, revision);
            }
            catch (GrpcException error) when (--attempts > 0 && error.Code == GrpcStatusCode.Unavailable)
            {
                // It is about to start.
            }
            catch (GrpcException error)
            {
                return ($"{error.Code}: {error.Message}", 0);
            }
        }
    }

    private static long TakeHeader(IMessage response, MessageDescriptor type)
    {
        var field = type.FindFieldByName("header");
        var header = (ResponseHeader)field.Accessor.GetValue(response);
        field.Accessor.Clear(response);
        return header.Revision;
    }
}
