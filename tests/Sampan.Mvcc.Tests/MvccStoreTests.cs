using System.Text;
using Sampan.Base;
using Sampan.Engine;

namespace Sampan.Mvcc.Tests;

/// <summary>The store against a list of all changes, from seeds.</summary>
public sealed class MvccStoreTests
{
    // Keys that are beginnings of each other, with zeros and with the bytes that escape them.
    private static readonly string[] Keys =
        ["\0", "\0\0", "\0\u0001", "\0\u007f", "a", "a\0", "a\0\0", "a\u0001", "aa", "ab", "b", "b\0c", "c", "d", "e"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Reads_at_every_revision_agree_with_a_list_of_changes(ulong seed)
    {
        var prng = new Prng(seed);
        var store = Empty();
        var lazy = Empty(); // The same changes, compacted without ever taking a step.
        var twin = new Twin();
        for (var step = 0; step < 250; step++)
        {
            Change(prng, store, lazy, twin);
            if (prng.NextBelow(20) == 0)
            {
                var at = 1 + (long)prng.NextBelow((ulong)store.Revision + 2);
                var status = store.Compact(at);
                Assert.Equal(status, lazy.Compact(at));
                Assert.Equal(
                    at > store.Revision ? MvccStatus.FutureRevision : MvccStatus.Ok,
                    status == MvccStatus.Compacted && at <= store.CompactRevision ? MvccStatus.Ok : status);
            }

            store.RunCompactionStep(2 + prng.NextBelow(5));
            CheckReads(prng, store, twin);
            Assert.Equal(Hash(store), Hash(lazy));
        }

        while (store.RunCompactionStep(3))
        {
            Assert.Equal(Hash(store), Hash(lazy));
        }

        Assert.Equal(Hash(store), Hash(lazy));
        CheckRestored(prng, store, twin);
        CheckRestored(prng, lazy, twin);
        using var view = store.Freeze();
        using var lazyView = lazy.Freeze();
        Assert.Equal(
            view.Pairs().Select(pair => Convert.ToHexString(pair.Key) + Convert.ToHexString(pair.Value)),
            lazyView.Pairs().Select(pair => Convert.ToHexString(pair.Key) + Convert.ToHexString(pair.Value)));
    }

    [Fact]
    public void An_empty_store_is_at_revision_one_and_a_delete_of_nothing_changes_nothing()
    {
        var store = Empty();
        Assert.Equal(1, store.Revision);
        var transaction = store.Begin();
        Assert.Equal(0, transaction.Delete(KeyRange.All, deleted: null));
        Assert.Equal(1, transaction.Commit());
        Assert.Equal(MvccStatus.FutureRevision, store.Compact(2));
    }

    [Fact]
    public void A_deleted_key_begins_again_at_version_one()
    {
        var store = Empty();
        Put(store, "k", "1");
        Put(store, "k", "2");
        var transaction = store.Begin();
        Assert.Equal(1, transaction.Delete(KeyRange.Of("k"u8), deleted: null));
        transaction.Commit();
        Put(store, "k", "3");
        Assert.True(store.TryGet("k"u8, out var found));
        Assert.Equal((5L, 5L, 1L), (found.Value.CreateRevision, found.Value.ModRevision, found.Value.Version));
        var into = new List<KeyVersion>();
        Assert.Equal(MvccStatus.Ok, store.Range(KeyRange.All, 3, 0, into, out _));
        Assert.Equal(2, Assert.Single(into).Version);
        Assert.Equal(MvccStatus.Ok, store.Count(KeyRange.All, 4, out var count));
        Assert.Equal(0, count);
    }

    [Fact]
    public void A_key_that_comes_and_goes_in_one_transaction_is_counted_once()
    {
        var store = Empty();
        Put(store, "k", "1");
        for (var round = 0; round < 3; round++)
        {
            var transaction = store.Begin();
            transaction.Delete(KeyRange.All, deleted: null);
            transaction.Put("k"u8, "2"u8, lease: 0);
            transaction.Delete(KeyRange.All, deleted: null);
            transaction.Put("k"u8, "3"u8, lease: 0);
            transaction.Commit();
        }

        Assert.True(store.TryGet("k"u8, out var found));
        Assert.Equal((5L, 1L), (found.Value.CreateRevision, found.Value.Version));
        var into = new List<KeyVersion>();
        Assert.Equal(MvccStatus.Ok, store.Range(KeyRange.All, 4, 0, into, out _));
        Assert.Equal(4, Assert.Single(into).ModRevision);
        var last = store.Begin();
        last.Delete(KeyRange.All, deleted: null);
        last.Commit();
        Assert.Equal(MvccStatus.Ok, store.Compact(store.Revision));
        while (store.RunCompactionStep(2))
        {
            // To the end.
        }

        Assert.Equal(0, store.SizeBytes);
    }

    [Fact]
    public void Compaction_keeps_the_compacted_revision_readable_and_frees_what_is_older()
    {
        var store = Empty();
        for (var i = 0; i < 100; i++)
        {
            Put(store, "k", new string('x', 100));
        }

        var full = store.SizeBytes;
        Assert.Equal(MvccStatus.Ok, store.Compact(store.Revision));
        Assert.Equal(MvccStatus.Compacted, store.Count(KeyRange.All, store.Revision - 1, out _));
        Assert.Equal(MvccStatus.Ok, store.Count(KeyRange.All, store.Revision, out var count));
        Assert.Equal(1, count);
        while (store.RunCompactionStep(7))
        {
            Assert.True(store.SizeBytes < full);
        }

        Assert.InRange(store.SizeBytes, 100, 300);
    }

    [Fact]
    public void A_view_stays_as_it_was()
    {
        var store = Empty();
        Put(store, "a", "1");
        using var view = store.Freeze();
        Put(store, "a", "2");
        Put(store, "b", "1");
        var into = new List<KeyVersion>();
        Assert.Equal(MvccStatus.Ok, view.Range(KeyRange.All, 0, 0, into, out var count));
        Assert.Equal(1, count);
        Assert.True(into[0].Value.Span.SequenceEqual("1"u8));
        Assert.Equal(MvccStatus.FutureRevision, view.Range(KeyRange.All, 3, 0, into, out _));
    }

    [Fact]
    public void A_pair_that_cannot_be_one_is_not_restored()
    {
        var store = Empty();
        Put(store, "a", "1");
        Put(store, "a", "2");
        using var view = store.Freeze();
        var other = Empty();
        other.BeginRestore(view.Revision, view.CompactRevision);
        foreach (var pair in view.Pairs())
        {
            Assert.False(other.Restore(pair with { Value = pair.Value[..20] }));
            Assert.False(other.Restore(pair with { IsHistory = true, Key = [.. pair.Key, 0] }));
            Assert.True(other.Restore(pair));
        }

        other.BeginRestore(revision: 1, compactRevision: 0);
        Assert.All(view.Pairs(), pair => Assert.False(other.Restore(pair)));
    }

    private static MvccStore Empty() => new(new BTreeEngine(), new BTreeEngine());

    private static void Put(MvccStore store, string key, string value)
    {
        var transaction = store.Begin();
        transaction.Put(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(value), lease: 0);
        transaction.Commit();
    }

    private static uint Hash(MvccStore store)
    {
        Assert.Equal(MvccStatus.Ok, store.HashKv(0, out var hash));
        return hash;
    }

    private static void Change(Prng prng, MvccStore store, MvccStore lazy, Twin twin)
    {
        var one = store.Begin();
        var two = lazy.Begin();
        var touched = new HashSet<string>(StringComparer.Ordinal);
        for (var left = 1 + prng.NextBelow(4); left > 0; left--)
        {
            var key = Keys[prng.NextBelow(Keys.Length)];
            if (!touched.Add(key))
            {
                continue;
            }

            if (prng.NextBelow(3) > 0)
            {
                var value = BitConverter.GetBytes(prng.Next());
                var lease = (long)prng.NextBelow(3UL);
                var previous = one.Put(Encoding.UTF8.GetBytes(key), value, lease);
                two.Put(Encoding.UTF8.GetBytes(key), value, lease);
                Assert.Equal(
                    twin.Range(other => other == key, twin.Revision).Select(pair => pair.Version.ModRevision),
                    previous is null ? [] : [previous.Value.ModRevision]);
                twin.Put(key, value, lease);
            }
            else
            {
                var range = KeyRange.Of(Encoding.UTF8.GetBytes(key));
                var count = one.Delete(range, deleted: null);
                two.Delete(range, deleted: null);
                Assert.Equal(count, twin.Delete(other => other == key));
            }
        }

        one.Commit();
        two.Commit();
        twin.Commit();
        Assert.Equal(twin.Revision, store.Revision);
    }

    private static void CheckReads(Prng prng, MvccStore store, Twin twin)
    {
        for (var i = 0; i < 4; i++)
        {
            var start = Encoding.UTF8.GetBytes(Keys[prng.NextBelow(Keys.Length)]);
            var end = Encoding.UTF8.GetBytes(Keys[prng.NextBelow(Keys.Length)]);
            var range = i == 0 ? KeyRange.All : i == 1 ? KeyRange.Prefix(start) : KeyRange.Between(start, end);
            var revision = (long)prng.NextBelow((ulong)store.Revision + 2);
            var limit = prng.NextBelow(5);
            var into = new List<KeyVersion>();
            var status = store.Range(range, revision, limit, into, out var count);
            var expectedStatus = revision > store.Revision ? MvccStatus.FutureRevision
                : revision > 0 && revision < store.CompactRevision ? MvccStatus.Compacted
                : MvccStatus.Ok;
            Assert.Equal(expectedStatus, status);
            Assert.Equal(expectedStatus, store.Count(range, revision, out var counted));
            if (status == MvccStatus.Ok)
            {
                var expected = twin.Range(
                    key => range.Contains(Encoding.UTF8.GetBytes(key)), revision == 0 ? twin.Revision : revision);
                Assert.Equal(expected.Count, count);
                Assert.Equal(count, counted);
                var page = limit == 0 ? expected : expected.Take(limit).ToList();
                Assert.Equal(page.Select(pair => Describe(pair.Key, pair.Version)), into.Select(version =>
                    Describe(Encoding.UTF8.GetString(version.Key.Span), version)));
            }
        }
    }

    private static string Describe(string key, KeyVersion version) =>
        $"{key} = {Convert.ToHexString(version.Value.Span)} {version.CreateRevision} {version.ModRevision} "
        + $"{version.Version} {version.Lease}";

    private static void CheckRestored(Prng prng, MvccStore store, Twin twin)
    {
        using var view = store.Freeze();
        var other = Empty();
        Put(other, "gone", "gone");
        other.BeginRestore(view.Revision, view.CompactRevision);
        Assert.All(view.Pairs(), pair => Assert.True(other.Restore(pair)));
        Assert.Equal(Hash(store), Hash(other));
        Assert.True(other.SizeBytes <= store.SizeBytes && !other.IsCompacting);
        CheckReads(prng, other, twin);
    }
}
