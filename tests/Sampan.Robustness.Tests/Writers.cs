using System.Collections.Concurrent;
using Google.Protobuf;
using Sampan.Base;
using Sampan.Grpc;
using Sampan.Protocol.Etcd;

namespace Sampan.Robustness.Tests;

/// <summary>
/// Eight writers, each with keys and values that no other write has. What was acknowledged is remembered here, outside
/// of every server.
/// </summary>
internal sealed class Writers
{
    private const int Count = 8;

    private readonly MemberCluster _cluster;
    private readonly ulong _seed;
    private readonly ConcurrentDictionary<string, long> _acknowledged = new(StringComparer.Ordinal);
    private readonly int[] _last = new int[Count];

    /// <summary>Writers that have not written yet.</summary>
    public Writers(MemberCluster cluster, ulong seed)
    {
        _cluster = cluster;
        _seed = seed;
    }

    /// <summary>The keys whose puts were acknowledged, and their revisions.</summary>
    public IReadOnlyDictionary<string, long> Acknowledged => _acknowledged;

    /// <summary>The members that they write to, by number.</summary>
    public int[] Targets { get; set; } = [0, 1, 2];

    /// <summary>The value of a key.</summary>
    public static string ValueOf(string key) => $"value of {key} {new string('v', 500)}";

    /// <summary>Writes until it is told to end.</summary>
    public Task RunAsync(CancellationToken end) =>
        Task.WhenAll(Enumerable.Range(0, Count).Select(writer => RunAsync(writer, end)));

    private async Task RunAsync(int writer, CancellationToken end)
    {
        var prng = new Prng(_seed + (ulong)(writer * 1000) + (ulong)_last[writer]);
        while (!end.IsCancellationRequested)
        {
            var key = $"w{writer}/{++_last[writer]:D9}";
            var request = new PutRequest
            {
                Key = ByteString.CopyFromUtf8(key),
                Value = ByteString.CopyFromUtf8(ValueOf(key)),
            };
            try
            {
                var response = await _cluster.CallAsync<PutRequest, PutResponse>(
                    Targets[prng.NextBelow(Targets.Length)], "Put", request);
                _acknowledged[key] = response.Header.Revision;
            }
            catch (GrpcException)
            {
                // Nobody knows whether it took effect; its key is never used again.
                await Task.Delay(TimeSpan.FromMilliseconds(5), MemberCluster.Time, CancellationToken.None);
            }
        }
    }
}
