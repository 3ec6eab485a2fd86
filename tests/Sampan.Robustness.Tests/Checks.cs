using Google.Protobuf;
using Sampan.Protocol.Etcd;

namespace Sampan.Robustness.Tests;

/// <summary>What must hold whatever was done to the members.</summary>
internal static class Checks
{
    /// <summary>Waits until so many more writes were acknowledged.</summary>
    public static Task MoreWritesAsync(MemberCluster cluster, Writers writers, int count)
    {
        var target = writers.Acknowledged.Count + count;
        return cluster.UntilAsync(
            $"{count} more writes", () => Task.FromResult(writers.Acknowledged.Count >= target));
    }

    /// <summary>All writes are there, and all members agree; returns the revision.</summary>
    public static async Task<long> AllAsync(MemberCluster cluster, Writers writers)
    {
        var revision = await WritesAsync(cluster, writers, member: 0);
        await HashesAsync(cluster, revision);
        return revision;
    }

    /// <summary>
    /// Every acknowledged write is readable at a member with its revision and value, and revisions have no gap.
    /// </summary>
    public static async Task<long> WritesAsync(MemberCluster cluster, Writers writers, int member)
    {
        var found = new Dictionary<string, (long Revision, string Value)>(StringComparer.Ordinal);
        var from = ByteString.CopyFromUtf8("w");
        var revision = 0L;
        for (var more = true; more;)
        {
            var page = await cluster.CallAsync<RangeRequest, RangeResponse>(member, "Range", new RangeRequest
            {
                Key = from,
                RangeEnd = ByteString.CopyFromUtf8("x"),
                Limit = 2_000,
                Revision = revision,
            });
            revision = revision == 0 ? page.Header.Revision : revision;
            foreach (var kv in page.Kvs)
            {
                found.Add(kv.Key.ToStringUtf8(), (kv.ModRevision, kv.Value.ToStringUtf8()));
            }

            more = page.More;
            from = more ? ByteString.CopyFrom([.. page.Kvs[^1].Key.Span, 0]) : from;
        }

        foreach (var (key, acknowledged) in writers.Acknowledged)
        {
            Assert.True(found.TryGetValue(key, out var kept), $"{key}, acknowledged at {acknowledged}, is lost");
            Assert.Equal(acknowledged, kept.Revision);
            Assert.Equal(Writers.ValueOf(key), kept.Value);
        }

        // Every put made a revision of its own, so they stand without a gap.
        Assert.Equal(
            Enumerable.Range(2, (int)revision - 1).Select(each => (long)each),
            found.Values.Select(kept => kept.Revision).Order());
        return revision;
    }

    /// <summary>All members have the same history up to a revision.</summary>
    public static async Task HashesAsync(MemberCluster cluster, long revision)
    {
        var hashes = new List<uint>();
        for (var member = 0; member < 3; member++)
        {
            var of = member;
            await cluster.UntilAsync(
                $"m{member} is at revision {revision}",
                async () => (await cluster.StatusAsync(of)).Header.Revision >= revision);
            hashes.Add((await cluster.HashAsync(member, revision)).Hash);
        }

        Assert.Single(hashes.Distinct());
    }
}
