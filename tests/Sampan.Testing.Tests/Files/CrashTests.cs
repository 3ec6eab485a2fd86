using Sampan.Base;
using Sampan.Io;
using Sampan.Testing.Files;

namespace Sampan.Testing.Tests.Files;

/// <summary>
/// Purpose: a crash keeps what was synced, and of the rest all that a disk may keep and nothing else.
/// </summary>
public sealed class CrashTests
{
    private const int Outcomes = 400;

    [Fact]
    public void Synced_bytes_survive_and_each_other_sector_is_old_or_new()
    {
        var files = new SimulatedFileSystem(new Prng(1)) { MayTearSectors = false };
        var file = Synced(files, "f", Filled(1, 4 * 512));
        file.Write(512, Filled(2, 1024));

        var seen = Outcome(files, disk => string.Concat(Sectors(disk.Peek("f"))));

        Assert.Equal(["1111", "1121", "1211", "1221"], seen);
    }

    [Fact]
    public void A_sector_that_was_written_twice_may_be_as_it_was_between()
    {
        var files = new SimulatedFileSystem(new Prng(1)) { MayTearSectors = false };
        var file = Synced(files, "f", Filled(1, 512));
        file.Write(0, Filled(2, 512));
        file.Write(0, Filled(3, 512));

        Assert.Equal(["1", "2", "3"], Outcome(files, disk => string.Concat(Sectors(disk.Peek("f")))));
    }

    [Fact]
    public void Sectors_tear_at_any_byte_unless_told_not_to()
    {
        var files = new SimulatedFileSystem(new Prng(1));
        var file = Synced(files, "f", Filled(1, 512));
        file.Write(0, Filled(2, 512));

        var seen = Outcome(files, disk => $"{Array.LastIndexOf(disk.Peek("f"), (byte)2):D3}");

        Assert.True(seen.Count > 50, $"only {seen.Count} different tears");
    }

    [Fact]
    public void An_unsynced_end_may_be_missing_zero_or_there()
    {
        var files = new SimulatedFileSystem(new Prng(1)) { MayTearSectors = false };
        var file = Synced(files, "f", Filled(1, 512));
        file.Write(512, Filled(2, 1024));

        Assert.Equal(
            ["1", "100", "102", "12", "120", "122"],
            Outcome(files, disk => string.Concat(Sectors(disk.Peek("f")))));
    }

    [Fact]
    public void What_was_cut_never_shows_behind_what_was_written_later()
    {
        var files = new SimulatedFileSystem(new Prng(1)) { MayTearSectors = false };
        var file = Synced(files, "f", Filled(1, 1536));
        file.SetLength(512);
        file.SetLength(1536);
        file.Write(1024, Filled(2, 512));

        // The cut happened, or it did not: no mixture of both sides.
        Assert.Equal(["1", "100", "102", "111"], Outcome(files, disk => string.Concat(Sectors(disk.Peek("f")))));
    }

    [Fact]
    public void A_name_is_durable_only_when_its_directory_was_synced()
    {
        var files = new SimulatedFileSystem(new Prng(1));
        Synced(files, "f.tmp", Filled(1, 512), syncsName: false);
        files.Rename("f.tmp", "f");

        Assert.Equal(["", "/f", "/f.tmp"], Outcome(files, Names));
        files.SyncDirectory("/");
        Assert.Equal(["/f"], Outcome(files, Names));
        Assert.Equal(["1"], Outcome(files, disk => string.Concat(Sectors(disk.Peek("f")))));
    }

    [Fact]
    public void A_rename_that_replaces_leaves_the_old_file_or_the_new_one()
    {
        var files = new SimulatedFileSystem(new Prng(1));
        Synced(files, "f", Filled(1, 512));
        Synced(files, "f.tmp", Filled(2, 512));
        files.Rename("f.tmp", "f");

        Assert.Equal(
            ["/f /f.tmp 1", "/f 2"],
            Outcome(files, disk => $"{Names(disk)} {Sectors(disk.Peek("f")).Single()}"));
    }

    [Fact]
    public void Unsynced_names_are_undone_in_any_combination()
    {
        var files = new SimulatedFileSystem(new Prng(1));
        Synced(files, "a", Filled(1, 1));
        files.DeleteFile("a");
        files.Open("b", FileOpenMode.CreateNew).Dispose();
        files.Open("c", FileOpenMode.CreateNew).Dispose();

        Assert.Equal(
            ["", "/a", "/a /b", "/a /b /c", "/a /c", "/b", "/b /c", "/c"],
            Outcome(files, Names));
    }

    [Fact]
    public void The_sync_of_one_directory_says_nothing_about_another()
    {
        var files = new SimulatedFileSystem(new Prng(1));
        files.CreateDirectory("d");
        Synced(files, "d/f", Filled(1, 1));
        files.SyncDirectory("d");
        Assert.Equal(["", "/d/ /d/f"], Outcome(files, Names));

        files.SyncDirectory("/");
        files.Rename("d/f", "g");
        files.SyncDirectory("d");
        Assert.Equal(["/d/ /d/f", "/d/ /g"], Outcome(files, Names));
        files.SyncDirectory("/");
        Assert.Equal(["/d/ /g"], Outcome(files, Names));
    }

    [Fact]
    public void A_directory_goes_only_when_it_is_empty()
    {
        var files = new SimulatedFileSystem(new Prng(1));
        files.CreateDirectory("d");
        Synced(files, "d/f", Filled(1, 1));
        Synced(files, "d/g", Filled(1, 1));
        files.SyncDirectory("d");
        files.SyncDirectory("/");
        files.DeleteDirectory("d");

        Assert.Equal(["", "/d/", "/d/ /d/f", "/d/ /d/f /d/g", "/d/ /d/g"], Outcome(files, Names));
        files.SyncDirectory("/");
        Assert.Equal([""], Outcome(files, Names));
    }

    [Fact]
    public void A_file_that_left_a_deleted_directory_is_not_deleted_with_it()
    {
        var files = new SimulatedFileSystem(new Prng(1));
        files.CreateDirectory("d");
        Synced(files, "d/f", Filled(1, 1));
        files.SyncDirectory("d");
        files.SyncDirectory("/");
        files.Rename("d/f", "g");
        files.DeleteDirectory("d");

        Assert.Equal(["/d/ /d/f", "/d/ /g", "/g"], Outcome(files, Names));
    }

    [Fact]
    public void A_process_that_dies_loses_nothing_it_wrote_until_the_power_fails_too()
    {
        var files = new SimulatedFileSystem(new Prng(1));
        var file = Synced(files, "f", Filled(1, 512));
        file.Write(0, Filled(2, 512));
        Assert.NotNull(files.TryLock("LOCK"));

        var next = files.Kill();

        Assert.Throws<SimulatedCrashException>(() => file.Write(0, "x"u8));
        Assert.Throws<SimulatedCrashException>(() => files.FileExists("f"));
        Assert.Equal(Filled(2, 512), next.Peek("f"));
        Assert.NotNull(next.TryLock("LOCK"));
        Assert.Contains("1", Outcome(next, disk => $"{disk.Peek("f")[0]}"));
    }

    [Fact]
    public void A_copy_and_its_original_do_not_see_each_other()
    {
        var files = new SimulatedFileSystem(new Prng(1));
        var file = Synced(files, "f", Filled(1, 5000));
        var copy = files.Clone();

        file.Write(0, Filled(2, 10));
        copy.DeleteFile("f");

        Assert.Equal(2, files.Peek("f")[0]);
        Assert.Empty(copy.Tree());
    }

    [Fact]
    public void The_same_seed_draws_the_same_outcome()
    {
        static string Run()
        {
            var files = new SimulatedFileSystem(new Prng(1));
            var prng = new Prng(5);
            for (var i = 0; i < 20; i++)
            {
                using var file = files.Open($"f{i}", FileOpenMode.CreateNew);
                file.Write(prng.NextBelow(3000), Filled(i, prng.NextBelow(3000)));
            }

            var next = files.Crash(new Prng(9));
            return string.Join(' ', next.Tree().Select(path => $"{path}:{Convert.ToHexString(next.Peek(path))}"));
        }

        Assert.Equal(Run(), Run());
    }

    /// <summary>All outcomes that the seeds bring, without repetition, in ordinal order.</summary>
    private static List<string> Outcome(SimulatedFileSystem files, Func<SimulatedFileSystem, string> describe)
    {
        var seen = new SortedSet<string>(StringComparer.Ordinal);
        for (var seed = 0UL; seed < Outcomes; seed++)
        {
            seen.Add(describe(files.Clone().Crash(new Prng(seed))));
        }

        return [.. seen];
    }

    private static IFile Synced(SimulatedFileSystem files, string path, byte[] bytes, bool syncsName = true)
    {
        var file = files.Open(path, FileOpenMode.CreateNew);
        file.Write(0, bytes);
        file.SyncData();
        if (syncsName)
        {
            files.SyncDirectory(path.Contains('/', StringComparison.Ordinal) ? path[..path.LastIndexOf('/')] : "/");
        }

        return file;
    }

    private static string Names(SimulatedFileSystem files) => string.Join(' ', files.Tree());

    private static byte[] Filled(int value, int length)
    {
        var bytes = new byte[length];
        Array.Fill(bytes, (byte)value);
        return bytes;
    }

    // The first byte of each sector, or a cross for a sector that is not of one kind.
    private static IEnumerable<string> Sectors(byte[] bytes) =>
        bytes.Chunk(512).Select(sector => sector.Distinct().Count() == 1 ? $"{sector[0]}" : "x");
}
