using Sampan.Base;
using Sampan.Io;
using Sampan.Testing.Files;

namespace Sampan.Testing.Tests.Files;

/// <summary>
/// Purpose: calls fail where a test laid a fault, and a disk that failed is as treacherous as a real one.
/// </summary>
public sealed class FaultTests
{
    private readonly SimulatedFileSystem _files = new(new Prng(1));

    [Fact]
    public void The_nth_call_of_a_kind_fails_and_the_next_one_does_not()
    {
        using var file = _files.Open("f", FileOpenMode.CreateNew);
        _files.Lay(new FileFault { Kind = FileCallKind.SyncData, Nth = 2 });

        file.SyncData();
        var failure = Assert.Throws<FileSystemException>(file.SyncData);
        file.SyncData();

        Assert.Equal(FileFailure.Device, failure.Failure);
        Assert.Equal("fdatasync", failure.Operation);
        Assert.Equal(3, _files.CountOf(FileCallKind.SyncData));
        Assert.Equal(4, _files.CallCount);
    }

    [Fact]
    public void A_lasting_fault_of_one_path_leaves_other_paths_alone()
    {
        using var bad = _files.Open("bad", FileOpenMode.CreateNew);
        using var good = _files.Open("good", FileOpenMode.CreateNew);
        _files.Lay(new FileFault
        {
            Kind = FileCallKind.Read,
            PathPart = "bad",
            IsLasting = true,
            Failure = FileFailure.Denied,
        });

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(
                FileFailure.Denied,
                Assert.Throws<FileSystemException>(() => bad.Read(0, new byte[1])).Failure);
            good.Read(0, new byte[1]);
        }

        _files.ClearFaults();
        bad.Read(0, new byte[1]);
    }

    [Fact]
    public void A_failed_write_may_have_written_a_part()
    {
        var parts = new SortedSet<int>();
        for (var seed = 0UL; seed < 50; seed++)
        {
            var files = new SimulatedFileSystem(new Prng(seed));
            using var file = files.Open("f", FileOpenMode.CreateNew);
            files.Lay(new FileFault { Kind = FileCallKind.Write });
            Assert.Throws<FileSystemException>(() => file.Write(0, new byte[100]));
            parts.Add((int)file.LengthBytes);
        }

        Assert.True(parts.Count > 10 && parts.Max <= 100);
    }

    [Fact]
    public void A_failed_rename_changes_nothing()
    {
        _files.Open("a", FileOpenMode.CreateNew).Dispose();
        _files.Lay(new FileFault { Kind = FileCallKind.Rename });

        Assert.Throws<FileSystemException>(() => _files.Rename("a", "b"));

        Assert.Equal(["/a"], _files.Tree());
    }

    [Fact]
    public void After_a_failed_sync_a_successful_one_promises_nothing_about_what_was_lost()
    {
        var (lost, kept) = (0, 0);
        for (var seed = 0UL; seed < 50; seed++)
        {
            var files = new SimulatedFileSystem(new Prng(seed));
            using var file = files.Open("f", FileOpenMode.CreateNew);
            files.SyncDirectory("/");
            file.Write(0, new byte[] { 1 });
            files.Lay(new FileFault { Kind = FileCallKind.SyncData });
            Assert.Throws<FileSystemException>(file.SyncData);
            file.Write(512, new byte[] { 2 });
            file.SyncData();

            var bytes = files.Crash(new Prng(seed)).Peek("f");

            Assert.Equal(2, bytes[512]);
            (lost, kept) = bytes[0] == 1 ? (lost, kept + 1) : (lost + 1, kept);
        }

        Assert.True(lost > 5 && kept > 5, $"lost {lost}, kept {kept}");
    }

    [Fact]
    public void After_a_failed_sync_of_a_directory_a_successful_one_promises_nothing_about_its_names()
    {
        var lost = 0;
        for (var seed = 0UL; seed < 50; seed++)
        {
            var files = new SimulatedFileSystem(new Prng(seed));
            files.Open("a", FileOpenMode.CreateNew).Dispose();
            files.Lay(new FileFault { Kind = FileCallKind.SyncDirectory });
            Assert.Throws<FileSystemException>(() => files.SyncDirectory("/"));
            files.SyncDirectory("/");
            lost += files.Crash(new Prng(seed)).Tree().Count == 0 ? 1 : 0;
        }

        Assert.InRange(lost, 5, 45);
    }

    [Fact]
    public void Lost_bytes_are_read_until_the_cache_is_dropped()
    {
        var seen = new SortedSet<string>(StringComparer.Ordinal);
        for (var seed = 0UL; seed < 50; seed++)
        {
            var files = new SimulatedFileSystem(new Prng(seed));
            using var file = files.Open("f", FileOpenMode.CreateNew);
            file.Write(0, new byte[] { 1 });
            files.Lay(new FileFault { Kind = FileCallKind.Sync });
            Assert.Throws<FileSystemException>(file.Sync);
            var before = files.Peek("f").Length;
            files.DropCaches();
            seen.Add($"{before} {files.Peek("f").Length}");
        }

        Assert.Equal(["0 0", "1 0", "1 1"], seen);
    }

    [Theory]
    [InlineData(FileCallKind.Sync)]
    [InlineData(FileCallKind.SyncData)]
    [InlineData(FileCallKind.SyncDirectory)]
    public void A_failed_sync_is_the_disks_end_for_want_of_space_too(FileCallKind kind)
    {
        using var file = _files.Open("f", FileOpenMode.CreateNew);
        _files.Lay(new FileFault { Kind = kind, Failure = FileFailure.NoSpace });

        var failure = Assert.Throws<FileSystemException>(() =>
        {
            file.Sync();
            file.SyncData();
            _files.SyncDirectory("/");
        });

        Assert.Equal(FileFailure.Device, failure.Failure);
    }

    [Fact]
    public void A_full_disk_takes_what_fits()
    {
        _files.CapacityBytes = 3 * 4096;
        using var file = _files.Open("f", FileOpenMode.CreateNew);
        file.Write(0, new byte[8000]);

        var failure = Assert.Throws<FileSystemException>(() => file.Write(8000, new byte[8192]));

        Assert.Equal(FileFailure.NoSpace, failure.Failure);
        Assert.Equal(3 * 4096, file.LengthBytes);
        file.Write(0, new byte[3 * 4096]);
        Assert.Equal(3 * 4096, _files.UsedBytes);
        using var other = _files.Open("g", FileOpenMode.CreateNew);
        Assert.Throws<FileSystemException>(() => other.Write(0, new byte[1]));
        _files.DeleteFile("f");
        other.Write(0, new byte[1]);
    }

    [Fact]
    public void A_device_that_is_gone_answers_nothing_until_it_is_back()
    {
        using var file = _files.Open("f", FileOpenMode.CreateNew);
        _files.IsGone = true;

        Assert.Throws<FileSystemException>(file.SyncData);
        Assert.Throws<FileSystemException>(() => _files.List("/"));

        _files.IsGone = false;
        file.SyncData();
    }

    [Fact]
    public void Damage_is_read_and_survives()
    {
        using var file = _files.Open("f", FileOpenMode.CreateNew);
        _files.SyncDirectory("/");
        file.Write(0, Enumerable.Repeat((byte)1, 2048).ToArray());
        file.Sync();
        file.Write(0, Enumerable.Repeat((byte)2, 2048).ToArray());
        file.Sync();

        _files.Damage("f", 0, SectorDamage.Stale, new Prng(1));
        _files.Damage("f", 1, SectorDamage.Zeroed, new Prng(1));
        _files.Damage("f", 2, SectorDamage.FlippedBit, new Prng(1));

        var bytes = _files.Peek("f");
        Assert.All(bytes[..512], value => Assert.Equal(1, value));
        Assert.All(bytes[512..1024], value => Assert.Equal(0, value));
        Assert.Single(bytes[1024..1536], value => value != 2);
        Assert.All(bytes[1536..], value => Assert.Equal(2, value));
        Assert.Equal(bytes, _files.Crash(new Prng(1)).Peek("f"));
    }

    [Theory]
    [InlineData(CrashMoment.Before)]
    [InlineData(CrashMoment.Midway)]
    [InlineData(CrashMoment.After)]
    public void A_script_can_be_crashed_at_each_of_its_calls(CrashMoment moment)
    {
        Replace(_files, "new");
        var calls = _files.CallCount;
        var seen = new SortedSet<string>(StringComparer.Ordinal);
        for (var call = 1L; call <= calls; call++)
        {
            var files = new SimulatedFileSystem(new Prng(1));
            Replace(files, "old");
            files.CrashAt(files.CallCount + call, moment);
            Assert.Throws<SimulatedCrashException>(() => Replace(files, "new"));
            Assert.True(files.IsDead);
            for (var seed = 0UL; seed < 20; seed++)
            {
                seen.Add(System.Text.Encoding.UTF8.GetString(files.Clone().Crash(new Prng(seed)).Peek("f")));
            }
        }

        // The protocol of write, sync, rename, sync replaces a file atomically at whatever call the power goes.
        Assert.Equal(["new", "old"], seen);
    }

    [Fact]
    public void A_script_can_be_copied_before_each_of_its_calls()
    {
        Replace(_files, "old");
        var copies = new List<SimulatedFileSystem>();
        _files.Calling = _ => copies.Add(_files.Clone());

        Replace(_files, "new");

        Assert.Equal(5, copies.Count);
        Assert.Equal(
            ["old", "old", "old", "old", "new"],
            copies.Select(copy => System.Text.Encoding.UTF8.GetString(copy.Peek("f"))));
    }

    [Fact]
    public void A_crash_at_an_instant_takes_back_what_began_later_and_what_syncs_promised_later()
    {
        var time = new SlowTime();
        _files.Time = time;
        using var file = _files.Open("f", FileOpenMode.CreateNew);
        _files.SyncDirectory("/");
        file.Write(0, new byte[] { 1 });
        file.SyncData();
        file.Write(0, new byte[] { 2 });

        // Each call takes ten ticks: the sync lasts from 30 to 40, the second write begins at 40.
        Assert.Equal(["", "0", "1"], Outcomes(_files, atTicks: 35));
        Assert.Equal(["1"], Outcomes(_files, atTicks: 39, killsOnly: true));
        Assert.Equal(["1", "2"], Outcomes(_files, atTicks: 40));
        Assert.Equal(["2"], Outcomes(_files, atTicks: 40, killsOnly: true));
        time.Floor = new Instant(50);
        file.SyncData();
        Assert.Equal(["1", "2"], Outcomes(_files, atTicks: 55));
        Assert.Equal(["2"], Outcomes(_files, atTicks: 60));
    }

    private static SortedSet<string> Outcomes(SimulatedFileSystem files, long atTicks, bool killsOnly = false)
    {
        var seen = new SortedSet<string>(StringComparer.Ordinal);
        for (var seed = 0UL; seed < 60; seed++)
        {
            var copy = files.Clone();
            var next = killsOnly ? copy.Kill(new Instant(atTicks)) : copy.Crash(new Prng(seed), new Instant(atTicks));
            seen.Add(string.Concat(next.Peek("f")));
        }

        return seen;
    }

    private static void Replace(SimulatedFileSystem files, string text)
    {
        using (var file = files.Open("f.tmp", FileOpenMode.CreateNew))
        {
            file.Write(0, System.Text.Encoding.UTF8.GetBytes(text));
            file.SyncData();
        }

        files.Rename("f.tmp", "f");
        files.SyncDirectory("/");
    }

    private sealed class SlowTime : IFileTime
    {
        public Instant Now { get; private set; }

        public Instant Floor { get; set; }

        public void Spend(FileCall call) => Now = Now.After(new TimeSpan(10));
    }
}
