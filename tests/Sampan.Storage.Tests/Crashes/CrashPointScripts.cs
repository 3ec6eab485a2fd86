using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Storage.Log;
using Sampan.Storage.Tests.Log;
using Sampan.Testing.Files;

namespace Sampan.Storage.Tests.Crashes;

/// <summary>Everything that a store does with its disk, each in a short script.</summary>
internal static class CrashPointScripts
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<CrashPointScript> All { get; } =
    [
        .. Starts(), .. Appends(), .. Segments(), .. Snapshots(), .. Removals(), .. Recoveries(),
    ];

    private static IEnumerable<CrashPointScript> Starts()
    {
        yield return new("a first start", Nothing, world => world.Start());
        yield return new("a second start", world => world.Start(), world => world.Restart());
        yield return new("a start of a store that holds groups", Begin, world => world.Restart());
        yield return new("a bootstrap", world => world.Start(), world => world.Append(Bootstrap(1)));
        yield return new("a replica is made", world => world.Start(), world => world.Append(LogScripts.Create(1)));
        yield return new("records of the store", Begin, world => world.Append(StoreRecords()));
        yield return new("two lives", Begin, world =>
        {
            world.Append(Entries(1, term: 3, first: 4));
            world.Restart();
            world.Append(Entries(1, term: 4, first: 5));
        });
    }

    private static IEnumerable<CrashPointScript> Appends()
    {
        yield return new("one entry", Begin, world => world.Append(Entries(1, term: 3, first: 4)));
        yield return new("three batches", Begin, world =>
        {
            world.Append(Entries(1, term: 3, first: 4));
            world.Append(Entries(2, term: 2, first: 4));
            world.Append(Entries(1, term: 3, first: 5));
        });
        yield return new("one batch of two groups and the store", Begin, world =>
        {
            var batch = Entries(1, term: 3, first: 4, count: 3);
            batch.Tasks.AddRange(Entries(2, term: 2, first: 4, count: 2).Tasks);
            batch.Records.AddRange(StoreRecords().Records);
            world.Append(batch);
        });
        yield return new("a vote", Begin, world => world.Append(Vote(1, term: 9)));
        yield return new("votes of several terms", Begin, world =>
        {
            world.Append(Vote(1, term: 9));
            world.Append(Vote(1, term: 10));
        });
        yield return new("a conflict cuts one entry", Begin, world => world.Append(Entries(1, term: 4, first: 3)));
        yield return new("a conflict cuts all", Begin, world => world.Append(Entries(1, term: 4, first: 1, count: 2)));
        yield return new("two conflicts behind each other", Begin, world =>
        {
            world.Append(Entries(1, term: 4, first: 2));
            world.Append(Entries(1, term: 5, first: 2, count: 4));
        });
        yield return new("a batch of several blocks", Begin, world =>
            world.Append(Entries(1, term: 3, first: 4, count: 2, bytes: 7000)));
        yield return new("a mark of an idle writer, and an append over it", Begin, world =>
        {
            world.Log.MarkIdle();
            world.Append(Entries(1, term: 3, first: 4));
            world.Log.MarkIdle();
        });
    }

    private static IEnumerable<CrashPointScript> Segments()
    {
        yield return new("a segment is left behind", Begin, world => Roll(world, group: 1, segments: 1));
        yield return new("three segments are left behind", Begin, world => Roll(world, group: 1, segments: 3));
        yield return new("a segment is left behind by a conflict", NearlyFull, world =>
            world.Append(Entries(1, term: 9, first: 2, count: 2, bytes: 7000)));
        yield return new("a segment is left behind, and a start", Begin, world =>
        {
            Roll(world, group: 1, segments: 1);
            world.Restart();
        });
        yield return new("spares are made", world => With(world, () => Roll(world, 1, segments: 2)), world =>
            world.PrepareSpares());
        yield return new("a segment is made by the writer", world => With(world, () => Roll(world, 1, 2)), world =>
            Roll(world, group: 1, segments: 1));
        yield return new("a compaction", Begin, world => world.Append(Compact(world, 1, index: 2)));
        yield return new("a compaction lets segments go", world => With(world, () => Roll(world, 1, 3)), world =>
        {
            world.Append(Compact(world, 1, world.Model.Groups[1].Last - 1));
            world.PrepareSpares();
            Roll(world, group: 1, segments: 1);
        });
        yield return new("a slow group is written forward", world => With(world, () => Slow(world, 30)), world =>
            Slow(world, rounds: 12));
        yield return new("a full disk, and room again", Begin, world =>
        {
            world.Disk.CapacityBytes = world.Disk.UsedBytes;
            Assert.True(IsRefused(world));
            world.Disk.CapacityBytes = long.MaxValue;
            world.PrepareSpares();
            Roll(world, group: 2, segments: 1);
        })
        { NeedsSimulation = true };
    }

    private static IEnumerable<CrashPointScript> Snapshots()
    {
        yield return new("a snapshot is taken", Begin, world => world.TakeSnapshot(1, index: 2));
        yield return new("a second snapshot", Taken, world => world.TakeSnapshot(1, index: 2));
        yield return new("a third snapshot pushes out the first", Taken, world =>
        {
            world.TakeSnapshot(1, index: 2);
            world.TakeSnapshot(1, index: 3);
        });
        yield return new("a snapshot is taken again", Taken, world => world.TakeSnapshot(1, index: 1));
        yield return new("a snapshot and a compaction to it", Taken, world =>
        {
            world.TakeSnapshot(1, index: 3);
            world.Append(Compact(world, 1, index: 1));
        });
        yield return new("a snapshot that is not marked, and a start", Begin, world =>
        {
            world.Store(1, new LogId(3, 2));
            world.Restart();
        });
        yield return new("a snapshot is installed in an empty group", world => With(world, () =>
            world.Append(LogScripts.Create(5))), world => world.Install(5, new LogId(4, 20)));
        yield return new("a snapshot takes the log's place", Begin, world => world.Install(1, new LogId(4, 20)));
        yield return new("a snapshot takes the log's and older snapshots' place", Taken, world =>
        {
            world.TakeSnapshot(1, index: 3);
            world.Install(1, new LogId(4, 20));
            world.Append(Entries(1, term: 4, first: 21));
        });
        yield return new("a snapshot is installed, and the log stays", Begin, world =>
            world.Install(1, new LogId(3, 2), keepsLog: true));
    }

    private static IEnumerable<CrashPointScript> Removals()
    {
        yield return new("a removal", Begin, world => world.Remove(1));
        yield return new("a removal with snapshots", Taken, world => world.Remove(1));
        yield return new("a removal, and another replica", Taken, world =>
        {
            world.Remove(1);
            world.Append(LogScripts.Create(1, replica: 2));
            world.Append(Entries(1, term: 1, first: 1));
        });
        yield return new("a removal, and a start", Taken, world =>
        {
            world.Remove(1);
            world.Restart();
        });
    }

    // Those whose former life has ended already.
    private static IEnumerable<CrashPointScript> Recoveries()
    {
        foreach (var isPower in (bool[])[false, true])
        {
            var cause = isPower ? "a power cut" : "a kill";
            // An append is a write and a sync.
            yield return After($"{cause} in a write", world => Died(world, isPower, 1, Append));
            yield return After($"{cause} in a sync", world => Died(world, isPower, 2, Append));
            yield return After($"{cause} between name and header", world => DiedRolling(world, isPower, 3));
            yield return After($"{cause} between header and state", world => DiedRolling(world, isPower, 5));
            yield return After($"{cause} in a snapshot", world =>
                Died(world, isPower, 9, snapping => snapping.TakeSnapshot(1, index: 3)));
            yield return After($"{cause} in a removal", world =>
                Died(world, isPower, 4, removing => removing.Remove(1)));
            yield return After($"{cause} in a start", world =>
            {
                Taken(world);
                world.Kill();
                world.Die(14, CrashMoment.Midway, isPower, starting => starting.Start());
            });
        }
    }

    private static CrashPointScript After(string what, Action<CrashWorld> before) =>
        new($"a start after {what}", before, world => world.Start()) { NeedsSimulation = true };

    private static void Died(CrashWorld world, bool isPower, int calls, Action<CrashWorld> action)
    {
        Taken(world);
        world.Die(calls, CrashMoment.Midway, isPower, action);
    }

    private static void DiedRolling(CrashWorld world, bool isPower, int calls)
    {
        NearlyFull(world);
        world.Die(calls, CrashMoment.Midway, isPower, Rolling);
    }

    private static void Append(CrashWorld world) => world.Append(Entries(1, term: 3, first: 4, count: 2));

    private static void Rolling(CrashWorld world) =>
        world.Append(Entries(1, term: 3, world.Model.Groups[1].Last + 1, count: 2, bytes: 7000));

    private static void Nothing(CrashWorld world)
    {
    }

    /// <summary>Two groups of three entries each.</summary>
    private static void Begin(CrashWorld world)
    {
        world.Start();
        world.Append(Bootstrap(1));
        world.Append(LogScripts.Create(2));
        world.Append(Entries(1, term: 3, first: 1, count: 3));
        world.Append(Entries(2, term: 2, first: 1, count: 3));
    }

    private static void With(CrashWorld world, Action more)
    {
        Begin(world);
        more();
    }

    private static void Taken(CrashWorld world)
    {
        Begin(world);
        world.TakeSnapshot(1, index: 1);
    }

    private static void NearlyFull(CrashWorld world)
    {
        Begin(world);
        Fill(world);
    }

    // What follows does not fit into the segment any more.
    private static void Fill(CrashWorld world)
    {
        for (var batch = world.Log.LastBatch; batch < 13; batch++)
        {
            world.Append(Entries(1, term: 3, world.Model.Groups[1].Last + 1));
        }
    }

    private static void Roll(CrashWorld world, ulong group, int segments)
    {
        var path = world.Files.List(world.LogPath).Last(name => name.EndsWith(".log", StringComparison.Ordinal));
        Assert.True(FileNames.TrySegment(path, out var last));
        while (!world.Files.FileExists($"{world.LogPath}/{last + (ulong)segments:x16}.log"))
        {
            var held = world.Model.Groups[group];
            world.Append(Entries(group, held.HardState.Term, held.Last + 1, count: 2, bytes: 7000));
        }
    }

    private static bool IsRefused(CrashWorld world)
    {
        try
        {
            Roll(world, group: 1, segments: 4);
            return false;
        }
        catch (StorageFullException)
        {
            return true;
        }
    }

    // Group 1 holds three entries for ever, group 2 writes and compacts.
    private static void Slow(CrashWorld world, int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            var first = world.Model.Groups[2].Last + 1;
            world.Append(Entries(2, term: 2, first, count: 2, bytes: 7000));
            world.Append(Compact(world, 2, first));
            world.Log.PrepareSpares();
        }
    }

    private static LogBatch Entries(ulong group, ulong term, ulong first, int count = 1, int bytes = 100) =>
        LogBatch.Of(LogScripts.Entries(group, term, first, count, bytes));

    private static LogBatch Vote(ulong group, ulong term) =>
        LogBatch.Of(new PersistTask(new GroupId(group), 1) { HardState = new HardState(term, new ReplicaId(2), 0) });

    private static LogBatch Compact(CrashWorld world, ulong group, ulong index) => LogBatch.Of(new StoreRecord
    {
        Kind = StoreRecordKind.CompactionMark,
        Group = new GroupId(group),
        CompactedTo = world.Model.Groups[group].Entries.Single(entry => entry.Index == index).Id,
    });

    private static LogBatch Bootstrap(ulong group) => LogBatch.Of(new StoreRecord
    {
        Kind = StoreRecordKind.BootstrapMark,
        Group = new GroupId(group),
        Replica = new ReplicaId(1),
        Configuration = Configuration.Of([new Member(new ReplicaId(1), new StoreId(4))], []),
    });

    private static LogBatch StoreRecords()
    {
        var batch = LogBatch.Of(new StoreRecord
        {
            Kind = StoreRecordKind.PeerIncarnation,
            Peer = new StoreId(2),
            Incarnation = new Incarnation(8, 9),
        });
        batch.Records.Add(new StoreRecord
        {
            Kind = StoreRecordKind.ElectionTimeout,
            ElectionTimeout = TimeSpan.FromSeconds(3),
        });
        batch.Records.Add(new StoreRecord
        {
            Kind = StoreRecordKind.Admitted,
            Group = new GroupId(1),
            Replica = new ReplicaId(1),
        });
        return batch;
    }
}
