using Sampan.Base;
using Sampan.Io;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Storage.Identity;
using Sampan.Storage.Log;
using Sampan.Storage.Recovery;
using Sampan.Storage.Snapshots;
using Sampan.Storage.Tests.Fixture;
using Sampan.Testing.Files;

namespace Sampan.Storage.Tests.Recovery;

/// <summary>
/// Purpose: a recovery is durable as a whole or not at all, loses nothing that the store held, may be repeated, and
/// touches nothing where it is refused (I-36).
/// </summary>
public sealed class MajorityRecoveryTests
{
    private readonly SimulatedFileSystem _files = new(new Prng(5));

    [Fact]
    public void The_store_is_the_only_member_and_keeps_all_that_it_held()
    {
        Prepare(groups: 3);
        var before = DataDirectory.Start(_files);
        var plan = new MajorityRecovery(_files, DataDirectory.Folder).Run();
        Assert.Equal((1UL, 3), (plan.Generation, plan.Groups.Count));
        var after = DataDirectory.Start(_files);
        Assert.Equal(before.Groups.Count, after.Groups.Count);
        foreach (var (was, found) in before.Groups.Zip(after.Groups))
        {
            Assert.Equal(new HardState(6, new ReplicaId(1), was.LastIndex + 1), found.HardState);
            Assert.Equal(was.LastIndex + 1, found.LastIndex);
            Assert.Equal([.. was.TermRuns, new LogId(6, found.LastIndex)], found.TermRuns);
            Assert.Equal(was.TimeTicks, found.TimeTicks);
            var (index, configuration) = (found.Configurations[^1].Index, found.Configurations[^1].Configuration);
            Assert.Equal(found.LastIndex, index);
            Assert.Equal([DataDirectory.Member(1)], configuration.Members.ToArray());
            Assert.Equal([new ReplicaId(1)], configuration.Voters.ToArray());
            Assert.Equal((false, 1UL), (configuration.IsJoint, configuration.RecoveryGeneration));
        }

        // What was recorded of the others protects nothing any more, and would keep them from coming back empty.
        var records = after.Records.ToLookup(record => record.Kind);
        Assert.All(records[StoreRecordKind.PeerIncarnation], peer => Assert.False(peer.Incarnation.IsBound));
        var generation = Assert.Single(records[StoreRecordKind.RecoveryGeneration]);
        Assert.Equal((1UL, new Incarnation(1, 1)), (generation.RecoveryGeneration, generation.Incarnation));
    }

    [Fact]
    public void Looking_changes_nothing()
    {
        Prepare(groups: 2);
        var before = Content(_files);
        var calls = (_files.CountOf(FileCallKind.Write), _files.CountOf(FileCallKind.Sync));
        Assert.True(new MajorityRecovery(_files, DataDirectory.Folder).Look().IsNeeded);
        Assert.Equal(before, Content(_files));
        Assert.Equal(calls, (_files.CountOf(FileCallKind.Write), _files.CountOf(FileCallKind.Sync)));
    }

    [Fact]
    public void A_second_recovery_finds_nothing_to_do()
    {
        Prepare(groups: 2);
        new MajorityRecovery(_files, DataDirectory.Folder).Run();
        var before = Content(_files);
        var plan = new MajorityRecovery(_files, DataDirectory.Folder).Run();
        Assert.False(plan.IsNeeded);
        Assert.Equal((1UL, 0), (plan.Generation, plan.Refusals.Count));
        Assert.All(plan.Groups, group => Assert.Equal(RecoveryVerdict.Alone, group.Verdict));
        Assert.Equal(before, Content(_files));
    }

    [Fact]
    public void A_majority_that_is_lost_again_is_given_up_again()
    {
        Prepare(groups: 1);
        new MajorityRecovery(_files, DataDirectory.Folder).Run();
        var grown = new Configuration(
            [new ReplicaId(1), new ReplicaId(4)],
            [],
            [],
            [],
            autoLeave: false,
            [DataDirectory.Member(1), DataDirectory.Member(4)],
            recoveryGeneration: 1);
        DataDirectory.Write(_files, log =>
        {
            var task = new PersistTask(new GroupId(1), 1) { HardState = new HardState(7, new ReplicaId(1), 12) };
            task.Entries.Add(new Entry(EntryKind.Configuration, 7, 12, 2000, ConfigurationCodec.Encode(grown)));
            log.Append([task], []);
        });
        Assert.Equal(2UL, new MajorityRecovery(_files, DataDirectory.Folder).Run().Generation);
        var found = Assert.Single(DataDirectory.Start(_files).Groups);
        Assert.Equal(new HardState(8, new ReplicaId(1), 13), found.HardState);
        Assert.Equal(2UL, found.Configurations[^1].Configuration.RecoveryGeneration);
    }

    /// <summary>
    /// Where all fits into one batch, no crash leaves anything between the old state and the new one.
    /// </summary>
    [Fact]
    public void A_crash_at_any_call_leaves_the_old_state_or_the_new_one()
    {
        Prepare(groups: 3);
        DataDirectory.Write(_files, log => log.MarkIdle());
        var disks = CrashScript.Run(
            _files,
            (files, promise) =>
            {
                new MajorityRecovery(files, DataDirectory.Folder).Run();
                promise.IsGiven = true;
                files.FileExists("after");
            },
            (files, isPromised) =>
            {
                var found = DataDirectory.Start(files);
                var isNew = GenerationOf(found) == 1;
                Assert.True(isNew || !isPromised);
                Assert.All(found.Groups, group => Assert.Equal(isNew ? 11UL : 10UL, group.LastIndex));
                Assert.All(found.Groups, group => Assert.Equal(isNew ? 6UL : 5UL, group.HardState.Term));

                // And it may be done again.
                new MajorityRecovery(files, DataDirectory.Folder).Run();
                AssertAlone(DataDirectory.Start(files));
            });
        Assert.True(disks > 100, $"{disks} disks");
    }

    /// <summary>
    /// So many other stores were recorded that it takes several batches: a crash in between leaves the groups as they
    /// were, with the store on the new side already; a second recovery completes it.
    /// </summary>
    [Fact]
    public void A_recovery_that_was_cut_between_batches_is_completed_by_the_next()
    {
        Prepare(groups: 3);
        DataDirectory.Write(_files, log =>
        {
            for (var from = 4UL; from < 400; from += 99)
            {
                log.Append([], [.. Enumerable.Range(0, 99).Select(i => DataDirectory.Peer(from + (ulong)i))]);
            }
        });
        var cuts = 0;
        CrashScript.Run(
            _files,
            (files, promise) =>
            {
                new MajorityRecovery(files, DataDirectory.Folder).Run();
                promise.IsGiven = true;
            },
            (files, isPromised) =>
            {
                var found = DataDirectory.Start(files);
                var isDone = found.Groups[0].LastIndex == 11;
                Assert.True(isDone || !isPromised);
                Assert.All(found.Groups, group => Assert.Equal(isDone ? 11UL : 10UL, group.LastIndex));
                if (!isDone && GenerationOf(found) == 1)
                {
                    cuts++;
                    new MajorityRecovery(files, DataDirectory.Folder).Run();
                    var completed = DataDirectory.Start(files);
                    AssertAlone(completed);
                    Assert.Equal(2UL, GenerationOf(completed));
                    Assert.All(completed.Groups, group => Assert.Equal(11UL, group.LastIndex));
                }
            });
        Assert.True(cuts > 0, "no crash fell between two batches");
    }

    [Fact]
    public void A_snapshot_takes_the_place_of_the_log_and_must_be_sound()
    {
        Prepare(groups: 1);
        var meta = new SnapshotMeta(new LogId(5, 6), new ConfigurationEntry(1, DataDirectory.Three), 1006);
        Take(meta);
        DataDirectory.Write(_files, log => log.Append(
            [],
            [
                new StoreRecord { Kind = StoreRecordKind.SnapshotMark, Group = new(1), Snapshot = meta },
                new StoreRecord { Kind = StoreRecordKind.CompactionMark, Group = new(1), CompactedTo = meta.Last },
            ]));
        Assert.True(new MajorityRecovery(_files, DataDirectory.Folder).Look().IsNeeded);
        Disks.Flip(_files, "data/snapshots/1/6/keys", bit: 3);
        var plan = new MajorityRecovery(_files, DataDirectory.Folder).Run();
        Assert.Contains("has no sound snapshot", Assert.Single(plan.Refusals), StringComparison.Ordinal);
        Assert.Equal(0UL, GenerationOf(DataDirectory.Start(_files)));

        // A state machine that keeps its state needs none.
        var durable = new MajorityRecovery(_files, DataDirectory.Folder) { AppliedIndex = _ => 6 };
        Assert.True(durable.Run().IsNeeded);
        AssertAlone(DataDirectory.Start(_files));
    }

    [Fact]
    public void A_torn_tail_is_cut_as_at_a_start()
    {
        Prepare(groups: 1);
        var crashing = _files.Clone();
        crashing.CrashAt(crashing.CallCount + 1 + CallsOfStart(), CrashMoment.Midway);
        Assert.Throws<SimulatedCrashException>(() => DataDirectory.Write(
            crashing, log => log.Append([Entry(11), Entry(12), Entry(13)], [])));
        for (var seed = 0UL; seed < 16; seed++)
        {
            var files = crashing.Clone().Crash(new Prng(seed));
            var last = Assert.Single(new MajorityRecovery(files, DataDirectory.Folder).Look().Groups).Last.Index;
            new MajorityRecovery(files, DataDirectory.Folder).Run();
            Assert.Equal(last + 1, Assert.Single(DataDirectory.Start(files).Groups).LastIndex);
        }
    }

    [Fact]
    public void Directories_that_cannot_be_recovered_are_refused_and_left_as_they_are()
    {
        Assert.Equal(StoreRefusal.NoStore, Refused());
        _files.CreateDirectory(DataDirectory.Folder);
        Assert.Equal(StoreRefusal.NoStore, Refused());
        StoreDirectory.Open(_files, DataDirectory.Folder, DataDirectory.Identity).Dispose();
        Assert.Equal(StoreRefusal.NoStore, Refused());
        DataDirectory.Create(_files);
        Assert.Contains(
            "no replica of any group",
            Assert.Single(new MajorityRecovery(_files, DataDirectory.Folder).Run().Refusals),
            StringComparison.Ordinal);
        DataDirectory.Write(_files, log =>
        {
            DataDirectory.AddGroup(log, 1);
            Assert.Equal(StoreRefusal.Locked, Refused());
        });
        Disks.Flip(_files, "data/store.json", bit: 100);
        Assert.Equal(StoreRefusal.Damaged, Refused());

        StoreRefusal Refused()
        {
            var before = Content(_files);
            var thrown = Assert.Throws<StoreRefusedException>(
                () => new MajorityRecovery(_files, DataDirectory.Folder).Run());
            Assert.Equal(before, Content(_files));
            return thrown.Reason;
        }
    }

    [Fact]
    public void A_damaged_log_and_one_that_is_gone_are_refused()
    {
        Prepare(groups: 1);
        var damaged = _files.Clone();
        Disks.Flip(damaged, "data/log/0000000000000001.log", bit: (8192 + 100) * 8);
        AssertDamaged(damaged, "log damaged");
        foreach (var name in _files.List("data/log"))
        {
            _files.DeleteFile($"data/log/{name}");
        }

        AssertDamaged(_files, "its log is gone");

        static void AssertDamaged(SimulatedFileSystem files, string sentence)
        {
            var before = Content(files);
            var thrown = Assert.Throws<StorageDamagedException>(
                () => new MajorityRecovery(files, DataDirectory.Folder).Run());
            Assert.Contains(sentence, thrown.Message, StringComparison.Ordinal);
            Assert.Equal(before, Content(files));
        }
    }

    private static PersistTask Entry(ulong index)
    {
        var task = new PersistTask(new GroupId(1), 1);
        task.Entries.Add(new Entry(EntryKind.Command, 5, index, 1000 + (long)index, new byte[3000]));
        return task;
    }

    private long CallsOfStart()
    {
        var files = _files.Clone();
        DataDirectory.Write(files, _ => { });
        return files.CallCount - _files.CallCount;
    }

    private void Prepare(int groups)
    {
        DataDirectory.Create(_files);
        DataDirectory.Write(_files, log =>
        {
            log.Append([], [DataDirectory.Peer(2), DataDirectory.Peer(3)]);
            for (var group = 1; group <= groups; group++)
            {
                DataDirectory.AddGroup(log, (ulong)group);
            }
        });
    }

    private void Take(SnapshotMeta meta)
    {
        using var sink = new SnapshotStorage(_files, "data/snapshots").Create(new GroupId(1), meta);
        sink.BeginFile("keys");
        sink.Write(new byte[100]);
        sink.Commit();
    }

    private static ulong GenerationOf(RecoveredStore found) =>
        found.Records.Where(record => record.Kind == StoreRecordKind.RecoveryGeneration)
            .Select(record => record.RecoveryGeneration).SingleOrDefault();

    private static void AssertAlone(RecoveredStore found) => Assert.All(found.Groups, group =>
    {
        Assert.Equal([new ReplicaId(1)], group.Configurations[^1].Configuration.Voters.ToArray());
        Assert.Equal(group.LastIndex, group.HardState.Commit);
    });

    private static string Content(SimulatedFileSystem files) => string.Join(
        '\n',
        files.Tree().Select(path => path.EndsWith('/')
            ? path
            : $"{path} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(files.Peek(path)))}"));
}
