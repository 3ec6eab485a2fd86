using Sampan.Base;
using Sampan.Io;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Storage.Log;
using Sampan.Testing.Files;

namespace Sampan.Storage.Tests.Log;

/// <summary>Bytes that nobody wrote: the decoder says no, and nothing else, and allocates little.</summary>
public sealed class LogDecoderTests
{
    /// <summary>Truncations, flipped bits and random lengths in bodies whose check sums nobody looked at.</summary>
    [Fact]
    public void Any_body_is_taken_or_refused()
    {
        var prng = new Prng(5);
        var (header, body) = SoundBatch();
        Assert.Null(Take(header, body));
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = body.AsSpan(0, prng.Chance(1, 3) ? prng.NextBelow(body.Length + 1) : body.Length).ToArray();
            for (var flips = prng.NextBelow(4); flips > 0 && bytes.Length > 0; flips--)
            {
                bytes[prng.NextBelow(bytes.Length)] ^= (byte)(1 << prng.NextBelow(8));
            }

            if (prng.Chance(1, 2))
            {
                Reseal(bytes);
            }

            var before = GC.GetAllocatedBytesForCurrentThread();
            Take(header, bytes);
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            // The replay itself, empty, takes one buffer of 64 KiB.
            Assert.InRange(allocated, 0, (4L * bytes.Length) + (2 * 64 * 1024));
        }
    }

    /// <summary>A directory of noise is refused or empty; nothing else is thrown.</summary>
    [Fact]
    public void Any_file_is_read_or_refused()
    {
        var prng = new Prng(6);
        var disk = LogScripts.Disk();
        var model = new LogModel();
        using (var log = LogScripts.Open(disk))
        {
            for (var i = 0; i < 40; i++)
            {
                var batch = LogScripts.Draw(prng, model);
                log.Append(batch);
                model.Take(batch);
            }
        }

        var refused = 0;
        for (var i = 0; i < 400; i++)
        {
            refused += IsRefused(Spoiled(disk, prng)) ? 1 : 0;
        }

        Assert.InRange(refused, 100, 400);
    }

    private static bool IsRefused(SimulatedFileSystem disk)
    {
        try
        {
            LogScripts.Describe(disk);
            return false;
        }
        catch (StorageDamagedException)
        {
            return true;
        }
    }

    private static SimulatedFileSystem Spoiled(SimulatedFileSystem disk, Prng prng)
    {
        var clone = disk.Clone();
        var names = clone.List(LogScripts.Folder);
        var path = $"{LogScripts.Folder}/{names[prng.NextBelow(names.Count)]}";
        using var file = clone.Open(path, FileOpenMode.ReadWrite);
        if (prng.Chance(1, 4))
        {
            file.SetLength(prng.NextBelow((int)file.LengthBytes + 5000));
            return clone;
        }

        var noise = new byte[prng.NextBetween(1, 9000)];
        prng.Fill(noise);
        var offset = prng.NextBelow(LogScripts.Options.SegmentBytes);
        file.Write(prng.Chance(1, 2) ? offset / 4096 * 4096 : offset, noise);
        return clone;
    }

    private static string? Take(BlockHeader header, byte[] body) =>
        new LogReplay(LogScripts.Options.Owner).Take(header, body);

    // So that what lies behind the records' check sums is reached too.
    private static void Reseal(byte[] body)
    {
        var at = 0;
        while (body.Length - at >= LogFormat.RecordHeaderBytes)
        {
            var length = BitConverter.ToInt32(body, at + 4);
            if (length < LogFormat.RecordHeaderBytes || length > body.Length - at)
            {
                return;
            }

            LogRecord.Seal(body.AsSpan(at, length));
            at += LogFormat.Padded(length);
        }
    }

    private static (BlockHeader Header, byte[] Body) SoundBatch()
    {
        var buffer = new BatchBuffer(LogScripts.Options.Owner);
        var configuration = Configuration.Of([new Member(new ReplicaId(1), new StoreId(1))], []);
        buffer.Add(new StoreRecord
        {
            Kind = StoreRecordKind.BootstrapMark,
            Group = new GroupId(1),
            Replica = new ReplicaId(1),
            Configuration = configuration,
        });
        buffer.Add(LogScripts.Entries(group: 1, term: 1, first: 1, count: 3, bytes: 40));
        var encoded = ConfigurationCodec.Encode(configuration);
        var task = new PersistTask(new GroupId(1), 2);
        task.Entries.Add(new Entry(EntryKind.Configuration, term: 1, index: 4, timeTicks: 9, encoded));
        buffer.Add(task);
        buffer.AddSnapshot(RecordKind.SnapshotMark, new GroupId(1), LogScripts.Snapshot(new LogId(1, 2)));
        buffer.Add(new StoreRecord
        {
            Kind = StoreRecordKind.CompactionMark,
            Group = new GroupId(1),
            CompactedTo = new LogId(1, 1),
        });
        buffer.Add(new StoreRecord
        {
            Kind = StoreRecordKind.ElectionTimeout,
            ElectionTimeout = TimeSpan.FromSeconds(1),
        });
        buffer.Add(new StoreRecord
        {
            Kind = StoreRecordKind.RecoveryGeneration,
            RecoveryGeneration = 2,
            Incarnation = new Incarnation(7, 8),
        });
        buffer.AddSnapshot(RecordKind.Install, new GroupId(1), LogScripts.Snapshot(new LogId(2, 9)));
        var body = buffer.Body.ToArray();
        return (new BlockHeader(HeaderKind.Batch, 1, 2, 1, body.Length, buffer.Records, BodyCrc: 0), body);
    }
}
