using System.Buffers.Binary;
using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Sampan.Base;
using Sampan.Io;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Storage.Identity;
using Sampan.Storage.Log;
using Sampan.Storage.Snapshots;
using Sampan.Storage.Tests.Fixture;
using Sampan.Storage.Tests.Log;
using Sampan.Testing.Files;

namespace Sampan.Storage.Tests;

/// <summary>
/// Purpose: what a store reads from its disk may be anything: headers of segments, batches and their records,
/// manifests,
/// <c>store.json</c>. Each is taken or refused in the one way that is documented, in bounded memory; every truncation
/// and every flipped bit of a small corpus is refused. Half of the mutations have good check sums, so that what lies
/// behind those is reached. SAMPAN_FUZZ sets how many of each.
/// </summary>
public sealed class FormatFuzzTests
{
    private const long BytesMax = 16 * 1024 * 1024;

    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(
        int.TryParse(Environment.GetEnvironmentVariable("SAMPAN_FUZZ"), CultureInfo.InvariantCulture, out var count)
            ? count
            : 300);

    private static readonly string First = $"{LogScripts.Folder}/{1:x16}.log";

    [Fact]
    public void A_segment_of_any_structure_is_read_or_refused()
    {
        var (disk, _) = Log();
        var original = disk.Peek(First);
        Prop.ForAll(Mutations(), mutations =>
        {
            var bytes = Mutated(original, mutations);
            if (mutations[0].Value % 2 == 0)
            {
                SealSegment(bytes);
            }

            var clone = disk.Clone();
            Disks.Put(clone, First, bytes);
            var before = GC.GetAllocatedBytesForCurrentThread();
            IsRefused(() => LogScripts.Open(clone).Dispose());
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, BytesMax);
        }).Check(Many);
    }

    /// <summary>Without good check sums nothing but the truth is found, or the last batch is missing.</summary>
    [Fact]
    public void A_segment_of_another_structure_says_the_truth_or_nothing()
    {
        var (disk, states) = Log();
        var original = disk.Peek(First);
        Prop.ForAll(Mutations(), mutations =>
        {
            var clone = disk.Clone();
            Disks.Put(clone, First, Mutated(original, mutations));
            var found = string.Empty;
            if (!IsRefused(() => found = LogScripts.Describe(clone)))
            {
                Assert.Contains(found, states);
            }
        }).Check(Many);
    }

    [Fact]
    public void A_manifest_of_any_structure_is_read_or_refused()
    {
        var original = SnapshotManifest.Encode(
            Snapshot.Group, Snapshot.Meta(10), [new("a", 10, 0x1234), new("b-2.x_y", 0, 0)]).Bytes.ToArray();
        Prop.ForAll(Mutations(), mutations =>
        {
            var bytes = Mutated(original, mutations);
            if (mutations[0].Value % 2 == 0 && bytes.Length >= 16)
            {
                BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), bytes.Length);
                var crc = Crc32C.Of(bytes.AsSpan()[..^4]);
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(bytes.Length - 4), crc);
            }

            var before = GC.GetAllocatedBytesForCurrentThread();
            IsRefused(() => SnapshotManifest.Decode(bytes, "test"));
            SnapshotManifest.IsNewerFormat(bytes);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1024 * 1024);
        }).Check(Many);
    }

    [Fact]
    public void An_identity_of_any_structure_is_read_or_refused()
    {
        var original = IdentityFile.Encode(Stored);
        Prop.ForAll(Mutations(), mutations =>
        {
            var bytes = Mutated(original, mutations);
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.InRange(IdentityFile.FormatOf(bytes), 0, int.MaxValue);
            if (IdentityFile.TryDecode(bytes, out var found))
            {
                Assert.Equal(bytes, IdentityFile.Encode(found));
            }

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1024 * 1024);
        }).Check(Many);
    }

    [Fact]
    public void No_truncation_and_no_flipped_bit_of_a_header_is_one()
    {
        var owner = LogScripts.Options.Owner;
        BlockHeader[] headers =
        [
            BlockHeader.OfSegment(3, 9, 16), BlockHeader.OfMark(3, 9, 5),
            new(HeaderKind.Batch, 3, 9, 5, 500, 4, 77), new(HeaderKind.State, 3, 9, 1, 0, 0, 77),
        ];
        var bytes = new byte[LogFormat.HeaderBytes];
        foreach (var header in headers)
        {
            header.Write(bytes, owner);
            Assert.Equal(HeaderStanding.Sound, BlockHeader.TryRead(bytes, owner, out var read));
            Assert.Equal(header, read);
            AssertNone(bytes, changed => Assert.Equal(HeaderStanding.None, BlockHeader.TryRead(changed, owner, out _)));
        }
    }

    /// <summary>Each byte of a batch's blocks counts, padding included: a changed one is no batch.</summary>
    [Fact]
    public void No_truncation_and_no_flipped_bit_of_a_batch_is_one()
    {
        var buffer = new BatchBuffer(LogScripts.Options.Owner);
        buffer.Add(LogScripts.Entries(group: 1, term: 1, first: 1, count: 3, bytes: 40));
        var bytes = buffer.Seal(HeaderKind.Batch, segment: 3, batch: 9, block: 0).ToArray();
        var disk = LogScripts.Disk();
        Disks.Put(disk, "/batch", bytes);
        Assert.True(IsBatch(disk));
        var file = disk.Open("/batch", FileOpenMode.ReadWrite);
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var changed = (byte)(bytes[bit / 8] ^ (1 << (bit % 8)));
            file.Write(bit / 8, [changed]);
            Assert.False(IsBatch(disk), $"bit {bit}");
            file.Write(bit / 8, [bytes[bit / 8]]);
        }

        for (var length = bytes.Length - 1; length >= 0; length--)
        {
            file.SetLength(length);
            Assert.False(IsBatch(disk), $"{length} bytes");
        }

        file.Dispose();
    }

    [Fact]
    public void No_truncation_and_no_flipped_bit_of_an_identity_is_one() =>
        AssertNone(IdentityFile.Encode(Stored), changed => Assert.False(IdentityFile.TryDecode(changed, out _)));

    private static StoredIdentity Stored => new(
        new StoreIdentity { ClusterId = 0xC1, Store = new StoreId(4), Incarnation = new Incarnation(5, 9) },
        IsComplete: true);

    private static bool IsBatch(SimulatedFileSystem disk)
    {
        using var file = disk.Open("/batch", FileOpenMode.Read);
        var reader = new SegmentReader(file, LogScripts.Options.Owner);
        return reader.TryReadHeader(segment: 3, block: 0, out var header) && header.Batch == 9
            && reader.TryReadBody(block: 0, header, out _);
    }

    private static void AssertNone(byte[] bytes, Action<byte[]> assert)
    {
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var changed = bytes.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            assert(changed);
        }

        for (var length = 0; length < bytes.Length; length++)
        {
            assert(bytes[..length]);
        }
    }

    private static bool IsRefused(Action action)
    {
        try
        {
            action();
            return false;
        }
        catch (Exception refusal) when (refusal is StorageDamagedException or StoreRefusedException)
        {
            Assert.True(refusal.Message.Length > 20, refusal.Message);
            return true;
        }
    }

    private static Arbitrary<FormatMutation[]> Mutations()
    {
        var one = from kind in Gen.Choose(0, 5)
                  from at in Gen.Choose(0, 65535)
                  from size in Gen.Choose(0, 600)
                  from value in Gen.Choose(0, 255)
                  select new FormatMutation(kind, at, size, value);
        var several = from count in Gen.Choose(1, 4)
                      from mutations in one.ArrayOf(count)
                      select mutations;
        return several.ToArbitrary();
    }

    private static byte[] Mutated(byte[] bytes, FormatMutation[] mutations) =>
        mutations.Aggregate(bytes, (changed, mutation) => mutation.Apply(changed));

    // A log of one segment whose blocks are all in use.
    private static (SimulatedFileSystem Disk, List<string> States) Log()
    {
        var disk = LogScripts.Disk();
        var prng = new Prng(8);
        var model = new LogModel();
        var states = new List<string> { model.Describe() };
        using var log = LogScripts.Open(disk);
        while (log.LastBatch < 12)
        {
            var batch = LogScripts.Draw(prng, model);
            log.Append(batch);
            model.Take(batch);
            states.Add(model.Describe());
        }

        Assert.Equal(1, log.SegmentCount);
        return (disk.Clone(), states);
    }

    // Records, bodies and headers get the check sums of what they hold now, wherever their lengths still make sense.
    private static void SealSegment(byte[] bytes)
    {
        for (var start = 0; start + LogFormat.BlockBytes <= bytes.Length; start += LogFormat.BlockBytes)
        {
            var header = bytes.AsSpan(start, LogFormat.HeaderBytes);
            if (BinaryPrimitives.ReadUInt32LittleEndian(header) != LogFormat.Magic)
            {
                continue;
            }

            var bodyBytes = BinaryPrimitives.ReadInt32LittleEndian(header[28..]);
            var blocks = bodyBytes is >= 0 and < 1 << 20 ? LogFormat.Blocks(LogFormat.HeaderBytes + bodyBytes) : 0;
            var end = start + (blocks * LogFormat.BlockBytes);
            if (header[5] is 2 or 3 && blocks > 0 && end <= bytes.Length)
            {
                var body = bytes.AsSpan((start + LogFormat.HeaderBytes)..end);
                SealRecords(body[..bodyBytes]);
                BinaryPrimitives.WriteUInt32LittleEndian(header[36..], Crc32C.Of(body));
            }

            BinaryPrimitives.WriteUInt32LittleEndian(header[60..], Crc32C.Of(header[..60]));
        }
    }

    private static void SealRecords(Span<byte> body)
    {
        while (body.Length >= LogFormat.RecordHeaderBytes)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(body[4..]);
            if (length < LogFormat.RecordHeaderBytes || length > body.Length)
            {
                return;
            }

            LogRecord.Seal(body[..length]);
            body = body[Math.Min(LogFormat.Padded(length), body.Length)..];
        }
    }
}
