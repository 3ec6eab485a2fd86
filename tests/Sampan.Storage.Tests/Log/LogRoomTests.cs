using Sampan.Base;
using Sampan.Io;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Storage.Identity;
using Sampan.Storage.Log;
using Sampan.Testing.Files;

namespace Sampan.Storage.Tests.Log;

/// <summary>
/// Purpose: what every segment repeats of all groups never outgrows a segment (I-28). A group is taken in only if there
/// is room for all that it may become, and a log that needs larger segments is refused before anything is written.
/// </summary>
public sealed class LogRoomTests
{
    private static readonly LogOptions _large = LogScripts.Options with { SegmentBytes = 256 * 1024 };

    /// <summary>What a replica will take is known before it is made, and adds up.</summary>
    [Fact]
    public void The_room_for_groups_shrinks_by_what_each_one_costs()
    {
        using var log = LogScripts.Open(LogScripts.Disk());
        var count = 0UL;
        while (true)
        {
            var record = Creation(count + 1, Members(2));
            var room = log.StateRoomBytes;
            if (room < log.StateCost(record))
            {
                break;
            }

            log.Append(LogBatch.Of(record));
            count++;
            Assert.Equal(room - log.StateCost(record), log.StateRoomBytes);
        }

        Assert.Equal(8UL, count);
        Assert.InRange(log.StateBytes, 1, LogScripts.Options.StateBytesMax / 4);
    }

    /// <summary>
    /// Groups until no more are taken in, then everything that can be written of each: with the largest configurations,
    /// in a segment that also repeats 1024 other stores. All of them go on, in this life and the next.
    /// </summary>
    [Fact]
    public void Groups_that_were_taken_in_may_become_whatever_they_like()
    {
        var disk = LogScripts.Disk();
        var groups = Fill(disk);
        var first = 1UL;
        for (var life = 0; life < 2; life++)
        {
            using var log = SegmentedLog.Open(disk, LogScripts.Folder, _large, out _);
            var before = log.SegmentCount + (int)log.LastBatch;
            for (var last = first + 1; first <= last; first++)
            {
                for (var group = 1UL; group <= groups; group++)
                {
                    log.Append(LogBatch.Of(LogScripts.Entries(group, term: 1, first, count: 1, bytes: 4000)));
                    log.Append(LogBatch.Of(Mark(group, first)));
                    log.Append(LogBatch.Of(new StoreRecord
                    {
                        Kind = StoreRecordKind.Admitted,
                        Group = new GroupId(group),
                        Replica = new ReplicaId(1),
                    }));
                }
            }

            Assert.True(log.SegmentCount + (int)log.LastBatch > before + 10);
            // As bad as it can be: and it is what was set apart.
            Assert.Equal(_large.StateBytesMax - log.StateRoomBytes, log.StateBytes);
        }
    }

    /// <summary>A segment that is smaller than before may not have room for what it would repeat.</summary>
    [Fact]
    public void Segments_that_are_too_small_for_the_groups_are_refused_and_nothing_is_written()
    {
        var disk = LogScripts.Disk();
        var groups = Fill(disk);
        var before = disk.CountOf(FileCallKind.Write);

        var refusal = Assert.Throws<StoreRefusedException>(() => LogScripts.Open(disk));

        Assert.Equal(StoreRefusal.SegmentsTooSmall, refusal.Reason);
        Assert.Contains($"of its {groups} groups", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, disk.CountOf(FileCallKind.Write));
        SegmentedLog.Open(disk, LogScripts.Folder, _large, out var found).Dispose();
        Assert.Equal((int)groups, found.Groups.Count);
    }

    /// <summary>Nor for an entry that it might have to write again.</summary>
    [Fact]
    public void Segments_that_are_too_small_for_an_entry_are_refused()
    {
        var disk = LogScripts.Disk();
        using (var log = SegmentedLog.Open(disk, LogScripts.Folder, _large, out _))
        {
            log.Append(LogScripts.Create(1));
            log.Append(LogBatch.Of(LogScripts.Entries(group: 1, term: 1, first: 1, count: 1, bytes: 20_000)));
        }

        var refusal = Assert.Throws<StoreRefusedException>(() => LogScripts.Open(disk));
        Assert.Contains("an entry of 20048 bytes", refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>
    /// A life with small segments opened one and died before its state block, which would not have fitted. One of the
    /// right size takes its place.
    /// </summary>
    [Fact]
    public void A_segment_of_another_size_without_a_state_block_is_replaced()
    {
        var disk = LogScripts.Disk();
        var groups = Fill(disk);
        ulong last;
        using (var log = SegmentedLog.Open(disk, LogScripts.Folder, _large, out _))
        {
            last = log.LastBatch;
        }

        var newest = disk.List(LogScripts.Folder).Last(name => FileNames.TrySegment(name, out _));
        Assert.True(FileNames.TrySegment(newest, out var sequence));
        var path = $"{LogScripts.Folder}/{FileNames.Segment(sequence + 1)}";
        using (var file = disk.Open(path, FileOpenMode.CreateNew))
        {
            var header = new byte[64 * 1024];
            BlockHeader.OfSegment(sequence + 1, last + 1, blocks: 16).Write(header, _large.Owner);
            file.Write(0, header);
            file.Sync();
        }

        for (var life = 0; life < 2; life++)
        {
            using var log = SegmentedLog.Open(disk, LogScripts.Folder, _large, out var found);
            Assert.Equal((int)groups, found.Groups.Count);
            Assert.Equal(_large.SegmentBytes, disk.Peek(path).Length);
            Assert.Equal(last + 1, log.LastBatch);
        }
    }

    /// <summary>A store that is started with larger segments goes on with them.</summary>
    [Fact]
    public void Segments_may_grow()
    {
        var disk = LogScripts.Disk();
        var model = new LogModel();
        var prng = new Prng(3);
        foreach (var options in (LogOptions[])[LogScripts.Options, _large, LogScripts.Options, _large])
        {
            using var log = SegmentedLog.Open(disk, LogScripts.Folder, options, out var found);
            Assert.Equal(model.Describe(), LogModel.Describe(log, found));
            for (var i = 0; i < 200; i++)
            {
                var batch = LogScripts.Draw(prng, model);
                log.Append(batch);
                model.Take(batch);
                log.PrepareSpares();
            }
        }
    }

    // Stores as many as there may be, then groups until no more are taken in; returns how many.
    private static ulong Fill(SimulatedFileSystem disk)
    {
        using var log = SegmentedLog.Open(disk, LogScripts.Folder, _large, out _);
        var groups = 0UL;
        while (log.StateRoomBytes >= log.StateCost(Creation(groups + 1, Members(Configuration.MembersMax))))
        {
            log.Append(LogBatch.Of(Creation(++groups, Members(Configuration.MembersMax))));
        }

        for (var store = 1UL; store <= 1024; store++)
        {
            log.Append(LogBatch.Of(new StoreRecord
            {
                Kind = StoreRecordKind.PeerIncarnation,
                Peer = new StoreId(store),
                Incarnation = new Incarnation(store, 1),
            }));
        }

        return groups;
    }

    private static StoreRecord Creation(ulong group, IEnumerable<Member> members) => new()
    {
        Kind = StoreRecordKind.BootstrapMark,
        Group = new GroupId(group),
        Replica = new ReplicaId(1),
        Configuration = Configuration.Of(members, []),
    };

    // In the joint state each member stands in both halves: no configuration takes more.
    private static StoreRecord Mark(ulong group, ulong index)
    {
        var members = Members(Configuration.MembersMax).ToArray();
        var ids = members.Select(member => member.Replica).ToArray();
        var configuration = new Configuration(ids, ids, [], [], autoLeave: true, members, recoveryGeneration: 0);
        return new StoreRecord
        {
            Kind = StoreRecordKind.SnapshotMark,
            Group = new GroupId(group),
            Snapshot = new SnapshotMeta(new LogId(1, index), new ConfigurationEntry(1, configuration), 1),
        };
    }

    private static IEnumerable<Member> Members(int count) => Enumerable.Range(1, count)
        .Select(id => new Member(new ReplicaId((ulong)id), new StoreId((ulong)id)));
}
