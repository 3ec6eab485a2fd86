using Sampan.Base;

namespace Sampan.Engine.Tests;

/// <summary>The tree against a sorted dictionary, from seeds.</summary>
public sealed class BTreeEngineTests
{
    private static readonly Comparer<byte[]> ByBytes =
        Comparer<byte[]>.Create((left, right) => left.AsSpan().SequenceCompareTo(right));

    [Theory]
    [InlineData(1, 40, 3)]
    [InlineData(2, 3_000, 9)]
    [InlineData(3, 100_000, 12)]
    [InlineData(4, 100_000, 2)]
    public void Random_operations_agree_with_a_sorted_dictionary(ulong seed, int keys, int lengthMax)
    {
        var prng = new Prng(seed);
        var engine = new BTreeEngine();
        var twin = new SortedDictionary<byte[], byte[]>(ByBytes);
        var views = new List<(IKvView View, KeyValuePair<byte[], byte[]>[] Expected)>();
        for (var step = 0; step < 60_000; step++)
        {
            var key = Key(prng, keys, lengthMax);
            // Long stretches that grow and long ones that shrink.
            if (prng.NextBelow(10) < (step / 10_000 % 2 == 0 ? 8 : 2))
            {
                var value = BitConverter.GetBytes(step);
                engine.Put(key, value);
                twin[key] = value;
            }
            else
            {
                Assert.Equal(twin.Remove(key), engine.Remove(key));
            }

            if (prng.NextBelow(4_000) == 0)
            {
                views.Add((engine.Freeze(), [.. twin]));
            }

            if (prng.NextBelow(6_000) == 0 && views.Count > 0)
            {
                Check(views[0].View, views[0].Expected, prng);
                views[0].View.Dispose();
                views.RemoveAt(0);
            }
        }

        engine.Validate();
        Check(engine, [.. twin], prng);
        foreach (var (view, expected) in views)
        {
            Check(view, expected, prng);
            view.Dispose();
        }

        foreach (var key in twin.Keys.ToArray())
        {
            Assert.True(engine.Remove(key));
        }

        engine.Validate();
        Assert.Equal(0, engine.Count);
        Assert.False(engine.OpenCursor().Seek([]));
    }

    [Fact]
    public void Keys_in_order_fill_their_nodes_and_come_back_in_order()
    {
        var engine = new BTreeEngine();
        for (var i = 0; i < 50_000; i++)
        {
            engine.Put(Ordered(i), []);
        }

        engine.Validate();
        var cursor = engine.OpenCursor();
        Assert.True(cursor.SeekRank(31_234));
        Assert.Equal(Ordered(31_234), cursor.Key);
        Assert.Equal(1_000, engine.CountOf(KeyRange.Between(Ordered(7), Ordered(1_007))));
        Assert.Equal(50_000, engine.CountOf(KeyRange.All));
        Assert.Equal(1, engine.CountOf(KeyRange.Of(Ordered(3))));
    }

    [Fact]
    public void A_get_allocates_nothing()
    {
        var engine = new BTreeEngine();
        for (var i = 0; i < 5_000; i++)
        {
            engine.Put(Ordered(i), []);
        }

        var key = Ordered(4_711);
        var cursor = engine.OpenCursor();
        Assert.True(engine.TryGet(key, out _) && cursor.Seek(key));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            engine.TryGet(key, out _);
            cursor.Seek(key);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void A_cursor_notices_that_the_map_was_changed_under_it()
    {
        var engine = new BTreeEngine();
        engine.Put([1], []);
        var cursor = engine.OpenCursor();
        Assert.True(cursor.Seek([]));
        engine.Put([2], []);
        Assert.Throws<InvariantViolationException>(() => cursor.Next());
    }

    private static byte[] Ordered(int i) =>
        [(byte)'k', (byte)(i >> 24), (byte)(i >> 16), (byte)(i >> 8), (byte)i];

    private static byte[] Key(Prng prng, int keys, int lengthMax)
    {
        var own = new Prng((ulong)prng.NextBelow(keys));
        var key = new byte[own.NextBelow(lengthMax + 1)];
        for (var i = 0; i < key.Length; i++)
        {
            // Few letters, so that keys share beginnings and are beginnings of each other.
            key[i] = (byte)(own.NextBelow(3) * 127);
        }

        return key;
    }

    private static void Check(IKvReader reader, KeyValuePair<byte[], byte[]>[] expected, Prng prng)
    {
        Assert.Equal(expected.Length, reader.Count);
        var cursor = reader.OpenCursor();
        var position = 0;
        for (var more = cursor.Seek([]); more; more = cursor.Next())
        {
            Assert.Equal(expected[position].Key, cursor.Key);
            Assert.Same(expected[position].Value, cursor.Value);
            position++;
        }

        Assert.Equal(expected.Length, position);
        for (var more = cursor.SeekLast(); more; more = cursor.Previous())
        {
            position--;
            Assert.Same(expected[position].Value, cursor.Value);
        }

        Assert.Equal(0, position);
        for (var i = 0; i < 200; i++)
        {
            var start = Key(prng, 100_000, 9);
            var end = Key(prng, 100_000, 9);
            var range = i % 5 == 0 ? KeyRange.From(start) : i % 5 == 1 ? KeyRange.Prefix(start)
                : KeyRange.Between(start, end);
            Assert.Equal(expected.Count(pair => range.Contains(pair.Key)), reader.CountOf(range));
            var first = Array.FindIndex(expected, pair => pair.Key.AsSpan().SequenceCompareTo(start) >= 0);
            Assert.Equal(first >= 0, cursor.Seek(start));
            Assert.Equal(first >= 0 && expected[first].Key.SequenceEqual(start), reader.TryGet(start, out _));
            if (first >= 0)
            {
                Assert.Same(expected[first].Value, cursor.Value);
                Assert.True(cursor.SeekRank(first));
                Assert.Same(expected[first].Value, cursor.Value);
            }
        }
    }
}
