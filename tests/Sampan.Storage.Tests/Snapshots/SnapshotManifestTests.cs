using System.Buffers.Binary;
using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Storage.Snapshots;
using Sampan.Storage.Tests.Fixture;

namespace Sampan.Storage.Tests.Snapshots;

/// <summary>
/// Purpose: a manifest is read as it was written or not at all, whoever sent it; decoding fails in one way only.
/// </summary>
public sealed class SnapshotManifestTests
{
    private static readonly SnapshotFile[] _files = [new("a", 10, 0x1234), new("b-2.x_y", 0, 0)];

    [Fact]
    public void What_was_written_is_read_back()
    {
        var written = Example();
        var read = SnapshotManifest.Decode(written.Bytes, "test");
        Assert.Equal(Snapshot.Group, read.Group);
        Assert.Equal(written.Meta.Last, read.Meta.Last);
        Assert.Equal(written.Meta.TimeTicks, read.Meta.TimeTicks);
        Assert.Equal(1UL, read.Meta.Configuration.Index);
        Assert.True(read.Meta.Configuration.Configuration.SameAs(written.Meta.Configuration.Configuration));
        Assert.Equal(_files, read.Files);
        Assert.Equal(written.StateHash, read.StateHash);
    }

    [Fact]
    public void A_flipped_bit_or_a_missing_byte_is_damage()
    {
        var bytes = Example().Bytes.ToArray();
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<StorageDamagedException>(() => SnapshotManifest.Decode(bytes, "test"));
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Throws<StorageDamagedException>(() => SnapshotManifest.Decode(bytes.AsMemory(0, length), "test"));
        }

        Assert.Throws<StorageDamagedException>(() => SnapshotManifest.Decode((byte[])[.. bytes, 0], "test"));
    }

    /// <summary>A hostile sender has a good CRC; what it may not do is make the decoder fail otherwise.</summary>
    [Fact]
    public void Any_change_under_a_good_crc_is_damage_or_another_manifest()
    {
        var prng = new Prng(11);
        var original = Example().Bytes.ToArray();
        var accepted = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = original.ToArray();
            for (var change = prng.NextBetween(1, 4); change > 0; change--)
            {
                bytes[prng.NextBetween(16, bytes.Length - 5)] = prng.Chance(1, 2) ? (byte)prng.Next() : (byte)0xFF;
            }

            Seal(bytes);
            try
            {
                var read = SnapshotManifest.Decode(bytes, "test");
                var again = SnapshotManifest.Encode(read.Group, read.Meta, read.Files);
                Assert.Equal(bytes, again.Bytes.ToArray());
                accepted++;
            }
            catch (StorageDamagedException)
            {
            }
        }

        Assert.InRange(accepted, 1, 19_999);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData(".hidden")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("/a")]
    [InlineData("c:")]
    [InlineData("A")]
    [InlineData("a\0")]
    [InlineData("a b")]
    [InlineData("\u00e4")]
    [InlineData("manifest")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public void A_name_that_is_not_plain_is_refused_from_state_machines_and_from_other_stores(string name)
    {
        Assert.False(PlainName.IsPlain(name));
        using var sink = Snapshot.Storage(Disks.WithData()).Create(Snapshot.Group, Snapshot.Meta(10));
        Assert.Throws<ArgumentException>(() => sink.BeginFile(name));

        var bytes = SnapshotManifest.Encode(Snapshot.Group, Snapshot.Meta(10), [new(new string('q', 8), 1, 1)]).Bytes;
        if (name.Length == 8)
        {
            var forged = bytes.ToArray();
            var at = forged.AsSpan().IndexOf("qqqqqqqq"u8);
            System.Text.Encoding.ASCII.GetBytes(name, forged.AsSpan(at));
            Seal(forged);
            Assert.Throws<StorageDamagedException>(() => SnapshotManifest.Decode(forged, "test"));
        }
    }

    [Fact]
    public void A_later_format_is_told_apart_from_damage()
    {
        var bytes = Example().Bytes.ToArray();
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), SnapshotManifest.Format + 1);
        Assert.False(SnapshotManifest.IsNewerFormat(bytes));
        Seal(bytes);
        Assert.True(SnapshotManifest.IsNewerFormat(bytes));
        var refusal = Assert.Throws<StorageDamagedException>(() => SnapshotManifest.Decode(bytes, "test"));
        Assert.Contains("format 2", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_state_hash_depends_on_names_lengths_crcs_and_order()
    {
        var hashes = new HashSet<ulong>
        {
            HashOf(_files),
            HashOf([_files[1], _files[0]]),
            HashOf([_files[0]]),
            HashOf([_files[0] with { Name = "aa" }, _files[1]]),
            HashOf([_files[0] with { LengthBytes = 11 }, _files[1]]),
            HashOf([_files[0] with { Crc32C = 0x1235 }, _files[1]]),
            HashOf([]),
        };
        Assert.Equal(7, hashes.Count);
    }

    private static ulong HashOf(SnapshotFile[] files) =>
        SnapshotManifest.Encode(Snapshot.Group, Snapshot.Meta(10), files).StateHash;

    private static SnapshotManifest Example() => SnapshotManifest.Encode(Snapshot.Group, Snapshot.Meta(10), _files);

    private static void Seal(byte[] bytes) =>
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(bytes.Length - 4), Crc32C.Of(bytes.AsSpan()[..^4]));
}
