using Sampan.Base;
using Sampan.Io;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Storage.Log;
using Sampan.Testing.Files;

namespace Sampan.Storage.Tests.Log;

/// <summary>Batches for tests: drawn ones, and a few by hand.</summary>
internal static class LogScripts
{
    /// <summary>Where the tests' logs are.</summary>
    public const string Folder = "/log";

    /// <summary>Small segments, so that a short script rolls, recycles and forwards.</summary>
    public static LogOptions Options { get; } = new()
    {
        SegmentBytes = 64 * 1024,
        EntryBytesMax = 8 * 1024,
        Owner = new Incarnation(0x1234, 0x5678),
    };

    /// <summary>An empty disk.</summary>
    public static SimulatedFileSystem Disk(ulong seed = 1) => new(new Prng(seed));

    /// <summary>Opens, and forgets what was found.</summary>
    public static SegmentedLog Open(IFileSystem files) => SegmentedLog.Open(files, Folder, Options, out _);

    /// <summary>Appends a batch.</summary>
    public static void Append(this SegmentedLog log, LogBatch batch) =>
        log.Append(batch.Tasks.ToArray(), batch.Records.ToArray());

    /// <summary>Opens a disk and says everything that the log holds.</summary>
    public static string Describe(IFileSystem files)
    {
        using var log = SegmentedLog.Open(files, Folder, Options, out var store);
        return LogModel.Describe(log, store);
    }

    /// <summary>The record that makes a replica.</summary>
    public static LogBatch Create(ulong group, ulong replica = 1) => LogBatch.Of(new StoreRecord
    {
        Kind = StoreRecordKind.ReplicaCreated,
        Group = new GroupId(group),
        Replica = new ReplicaId(replica),
    });

    /// <summary>Entries [first, first + count) of one term.</summary>
    public static PersistTask Entries(ulong group, ulong term, ulong first, int count, int bytes = 100)
    {
        var task = new PersistTask(new GroupId(group), 1) { HardState = new HardState(term, new ReplicaId(1), 0) };
        for (var i = 0; i < count; i++)
        {
            var payload = new byte[bytes];
            new Prng((group << 32) + (term << 16) + first + (ulong)i).Fill(payload);
            task.Entries.Add(new Entry(EntryKind.Command, term, first + (ulong)i, (long)first + i, payload));
        }

        return task;
    }

    /// <summary>A batch that the log, as the model knows it, may be given.</summary>
    public static LogBatch Draw(Prng prng, LogModel model)
    {
        var batch = new LogBatch();
        var after = model.Clone();
        var count = prng.NextBetween(1, 3);
        for (var i = 0; i < count; i++)
        {
            var id = (ulong)prng.NextBetween(1, 4);
            if (after.Groups.TryGetValue(id, out var group) && group.Replica > 0)
            {
                var task = DrawTask(prng, id, group);
                batch.Tasks.Add(task);
                group.Take(task);
            }
        }

        if (batch.Tasks.Count == 0 || prng.Chance(1, 3))
        {
            batch.Records.Add(DrawRecord(prng, after));
        }

        return batch;
    }

    private static PersistTask DrawTask(Prng prng, ulong id, ModelGroup group)
    {
        var task = new PersistTask(new GroupId(id), 1);
        var term = Math.Max(group.HardState.Term, group.Entries.Count > 0 ? group.Entries[^1].Term : group.Base.Term);
        term += prng.Chance(1, 8) || term == 0 ? 1UL : 0;
        var vote = term > group.HardState.Term ? new ReplicaId(term % 3) : group.HardState.Vote;
        task.HardState = term > group.HardState.Term || prng.Chance(1, 2)
            ? new HardState(term, vote, group.Base.Index)
            : null;
        if (prng.Chance(1, 16))
        {
            var last = new LogId(term, group.Last + (ulong)prng.NextBetween(1, 9));
            task.HardState = new HardState(term, task.HardState?.Vote ?? group.HardState.Vote, last.Index);
            task.Snapshot = Snapshot(last);
            return task;
        }

        if (prng.Chance(1, 16) && group.Entries.Count > 0)
        {
            task.Snapshot = Snapshot(group.Entries[prng.NextBelow(group.Entries.Count)].Id);
            task.KeepsLog = true;
            return task;
        }

        var first = prng.Chance(1, 6) && group.Entries.Count > 0
            ? group.Entries[prng.NextBelow(group.Entries.Count)].Index
            : group.Last + 1;
        var entries = prng.NextBetween(task.HardState is null ? 1 : 0, 5);
        for (var i = 0; i < entries; i++)
        {
            task.Entries.Add(DrawEntry(prng, term, first + (ulong)i));
        }

        return task;
    }

    private static Entry DrawEntry(Prng prng, ulong term, ulong index)
    {
        if (prng.Chance(1, 12))
        {
            return new Entry(
                EntryKind.Configuration, term, index, (long)index, ConfigurationCodec.Encode(Configuration(index)));
        }

        var payload = new byte[prng.NextBelow(prng.Chance(1, 10) ? 2400 : 300)];
        prng.Fill(payload);
        return new Entry(EntryKind.Command, term, index, (long)index + 7, payload);
    }

    private static StoreRecord DrawRecord(Prng prng, LogModel model)
    {
        var id = (ulong)prng.NextBetween(1, 4);
        var group = model.Groups.GetValueOrDefault(id);
        if (group is null || group.Replica == 0)
        {
            var replica = new ReplicaId((group?.Tombstone ?? 0) + 1);
            return prng.Chance(1, 2)
                ? new StoreRecord { Kind = StoreRecordKind.ReplicaCreated, Group = new(id), Replica = replica }
                : new StoreRecord
                {
                    Kind = StoreRecordKind.BootstrapMark,
                    Group = new(id),
                    Replica = replica,
                    Configuration = Configuration(replica.Value),
                };
        }

        return prng.NextBelow(8) switch
        {
            0 => new()
            {
                Kind = StoreRecordKind.Admitted,
                Group = new(id),
                // Sometimes of a replica that is not there: without effect.
                Replica = new(group.Replica + (prng.Chance(1, 4) ? 1UL : 0UL)),
            },
            1 => new()
            {
                Kind = StoreRecordKind.ElectionTimeout,
                ElectionTimeout = new TimeSpan(prng.NextBelow(99) + 1),
            },
            2 => new()
            {
                Kind = StoreRecordKind.PeerIncarnation,
                Peer = new StoreId((ulong)prng.NextBetween(1, 3)),
                Incarnation = new Incarnation(prng.Next(), prng.Next()),
            },
            3 when prng.Chance(1, 4) =>
                new() { Kind = StoreRecordKind.Tombstone, Group = new(id), Replica = new(group.Replica) },
            4 when group.Entries.Count > 0 => new()
            {
                Kind = StoreRecordKind.SnapshotMark,
                Group = new(id),
                Snapshot = Snapshot(group.Entries[prng.NextBelow(group.Entries.Count)].Id),
            },
            5 when prng.Chance(1, 4) => new()
            {
                Kind = StoreRecordKind.RecoveryGeneration,
                RecoveryGeneration = prng.Next(),
                Incarnation = new Incarnation(prng.Next(), prng.Next()),
            },
            _ => new()
            {
                Kind = StoreRecordKind.CompactionMark,
                Group = new(id),
                CompactedTo = Compaction(prng, group),
            },
        };
    }

    private static LogId Compaction(Prng prng, ModelGroup group)
    {
        // One group is slow: what it holds must be forwarded.
        var mayCompact = group.Entries.Count > (group.Replica % 2 == 0 ? 60 : 10);
        return mayCompact ? group.Entries[prng.NextBelow(group.Entries.Count)].Id : group.Base;
    }

    /// <summary>A snapshot at a position.</summary>
    public static SnapshotMeta Snapshot(LogId last) =>
        new(last, new ConfigurationEntry(last.Index, Configuration(last.Index)), (long)last.Index);

    private static Configuration Configuration(ulong seed) => Model.Configuration.Of(
        [new Member(new ReplicaId((seed % 5) + 1), new StoreId(1)), new Member(new ReplicaId(9), new StoreId(2))], []);
}
