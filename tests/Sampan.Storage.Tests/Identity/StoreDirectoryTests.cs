using System.Text;
using Sampan.Io;
using Sampan.Model;
using Sampan.Storage.Identity;
using Sampan.Storage.Tests.Fixture;
using Sampan.Testing.Files;

namespace Sampan.Storage.Tests.Identity;

/// <summary>
/// Purpose: a store has one identity for good; no crash gives it half of one, and no directory is taken for another's.
/// </summary>
public sealed class StoreDirectoryTests
{
    private const string File = "data/store.json";

    private readonly SimulatedFileSystem _files = new(new Base.Prng(5));

    [Fact]
    public void An_empty_directory_gets_the_identity_and_keeps_it()
    {
        using (var created = StoreDirectory.Open(_files, "data", Identity(incarnation: 1)))
        {
            Assert.Equal(Identity(incarnation: 1), created.Identity);
            Assert.Equal(("data/log", "data/snapshots"), (created.LogPath, created.SnapshotPath));
        }

        using var found = StoreDirectory.Open(_files, "data", Identity(incarnation: 2));
        Assert.Equal(Identity(incarnation: 1), found.Identity);
    }

    [Fact]
    public void Reading_needs_a_store_that_does_not_run_and_creates_nothing()
    {
        Assert.Equal(StoreRefusal.NoStore, Refused("data"));
        _files.CreateDirectory("empty");
        Assert.Equal(StoreRefusal.NoStore, Refused("empty"));
        using (StoreDirectory.Open(_files, "data", Identity(incarnation: 1)))
        {
            Assert.Equal(StoreRefusal.Locked, Refused("data"));
        }

        var before = _files.Tree().ToList();
        using (var read = StoreDirectory.OpenForReading(_files, "data"))
        {
            Assert.Equal(Identity(incarnation: 1), read.Identity);
            var thrown = Assert.Throws<StoreRefusedException>(
                () => StoreDirectory.Open(_files, "data", Identity(incarnation: 1)));
            Assert.Equal(StoreRefusal.Locked, thrown.Reason);
        }

        StoreDirectory.Open(_files, "data", Identity(incarnation: 1)).Dispose();
        Assert.Equal(before, _files.Tree());

        // A copy without the lock's file gets none.
        _files.DeleteFile("data/lock");
        StoreDirectory.OpenForReading(_files, "data").Dispose();
        Assert.False(_files.FileExists("data/lock"));

        StoreRefusal Refused(string path) =>
            Assert.Throws<StoreRefusedException>(() => StoreDirectory.OpenForReading(_files, path)).Reason;
    }

    [Fact]
    public void The_file_is_for_people_too()
    {
        StoreDirectory.Open(_files, "data", Identity(incarnation: 1)).Dispose();
        var lines = Encoding.ASCII.GetString(_files.Peek(File)).Split('\n');
        Assert.Equal(
            [
                "{", "  \"format\": 3,", "  \"cluster\": \"00000000000000c1\",", "  \"store\": 4,",
                "  \"incarnation\": \"00000000000000010000000000000009\",", "  \"first-start\": \"begun\",",
            ],
            lines[..6]);
    }

    [Fact]
    public void A_crash_while_it_is_created_leaves_no_identity_or_the_promised_one()
    {
        CrashScript.Run(
            _files,
            (files, promise) =>
            {
                using var created = StoreDirectory.Open(files, "data", Identity(incarnation: 1));
                promise.IsGiven = true;
                files.FileExists(File);
            },
            (files, isPromised) =>
            {
                using var next = StoreDirectory.Open(files, "data", Identity(incarnation: 2));
                var isOld = next.Identity.Incarnation == Identity(incarnation: 1).Incarnation;
                Assert.True(isOld || !isPromised);
                Assert.True(isOld || next.Identity.Incarnation == Identity(incarnation: 2).Incarnation);
                Assert.Equal(["lock", "store.json"], files.List("data"));
            });
    }

    /// <summary>
    /// The first process died after the rename; what the second one tells others must survive the power.
    /// </summary>
    [Fact]
    public void What_a_later_start_finds_is_durable_before_anybody_hears_of_it()
    {
        CrashScript.Run(
            _files,
            (files, _) => StoreDirectory.Open(files, "data", Identity(incarnation: 1)).Dispose(),
            (files, _) =>
            {
                Incarnation told;
                using (var second = StoreDirectory.Open(files, "data", Identity(incarnation: 2)))
                {
                    told = second.Identity.Incarnation;
                }

                for (var seed = 0UL; seed < 8; seed++)
                {
                    using var third = StoreDirectory.Open(
                        files.Clone().Crash(new Base.Prng(seed)), "data", Identity(incarnation: 3));
                    Assert.Equal(told, third.Identity.Incarnation);
                }
            });
    }

    [Fact]
    public void Complete_is_said_once_and_for_good()
    {
        CrashScript.Run(
            _files,
            (files, promise) =>
            {
                using var directory = StoreDirectory.Open(files, "data", Identity(incarnation: 1));
                Assert.False(directory.IsComplete);
                directory.Complete();
                Assert.True(directory.IsComplete);
                promise.IsGiven = true;
                directory.Complete();
                files.FileExists(File);
            },
            (files, isPromised) =>
            {
                using var next = StoreDirectory.Open(files, "data", Identity(incarnation: 1));
                Assert.True(next.IsComplete || !isPromised);
                next.Complete();
                Assert.Equal(["lock", "store.json"], files.List("data"));
            });
    }

    [Fact]
    public void A_flipped_bit_anywhere_is_refused()
    {
        using (var directory = StoreDirectory.Open(_files, "data", Identity(incarnation: 1)))
        {
            directory.Complete();
        }

        for (var bit = 0; bit < _files.Peek(File).Length * 8; bit++)
        {
            Disks.Flip(_files, File, bit);
            Assert.True(Refused(Identity(incarnation: 1))
                is StoreRefusal.Damaged or StoreRefusal.NewerFormat or StoreRefusal.OlderFormat);
            Disks.Flip(_files, File, bit);
        }

        StoreDirectory.Open(_files, "data", Identity(incarnation: 1)).Dispose();
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"format\": \"1\"}")]
    [InlineData("{\"format\": 3, \"cluster\": \"\\ud800000000000000\", \"store\": 4}")]
    [InlineData("{\"format\": 3, \"cluster\": 1, \"store\": -4, \"incarnation\": {}}")]
    public void Nonsense_is_refused_as_damage(string text)
    {
        StoreDirectory.Open(_files, "data", Identity(incarnation: 1)).Dispose();
        Disks.Put(_files, File, Encoding.UTF8.GetBytes(text));
        Assert.Equal(StoreRefusal.Damaged, Refused(Identity(incarnation: 1)));
    }

    [Fact]
    public void Directories_of_others_are_refused_with_a_sentence()
    {
        StoreDirectory.Open(_files, "data", Identity(incarnation: 1)).Dispose();
        Assert.Equal(StoreRefusal.AnotherCluster, Refused(Identity(incarnation: 1) with { ClusterId = 0xC2 }));
        Assert.Equal(StoreRefusal.AnotherStore, Refused(Identity(incarnation: 1) with { Store = new StoreId(5) }));

        var newer = Encoding.ASCII.GetString(_files.Peek(File)).Replace("\"format\": 3", "\"format\": 4");
        Disks.Put(_files, File, Encoding.ASCII.GetBytes(newer));
        Assert.Equal(StoreRefusal.NewerFormat, Refused(Identity(incarnation: 1)));
        var older = newer.Replace("\"format\": 4", "\"format\": 2");
        Disks.Put(_files, File, Encoding.ASCII.GetBytes(older));
        Assert.Equal(StoreRefusal.OlderFormat, Refused(Identity(incarnation: 1)));
    }

    [Fact]
    public void A_directory_with_data_and_without_identity_is_refused()
    {
        StoreDirectory.Open(_files, "data", Identity(incarnation: 1)).Dispose();
        _files.CreateDirectory("data/log");
        _files.DeleteFile(File);
        Assert.Equal(StoreRefusal.NotEmpty, Refused(Identity(incarnation: 1)));
        Assert.False(_files.FileExists(File));
    }

    /// <summary>Not even the lock's file is left in a directory that is somebody else's.</summary>
    [Fact]
    public void Nothing_is_written_into_a_directory_that_is_refused()
    {
        StoreDirectory.Open(_files, "data", Identity(incarnation: 1)).Dispose();
        _files.DeleteFile("data/lock");
        Assert.Throws<StoreRefusedException>(
            () => StoreDirectory.Open(_files, "data", Identity(incarnation: 1) with { ClusterId = 0xC2 }));
        Assert.Equal(["store.json"], _files.List("data"));

        _files.CreateDirectory("photos");
        _files.Open("photos/a.jpg", FileOpenMode.CreateNew).Dispose();
        Assert.Throws<StoreRefusedException>(() => StoreDirectory.Open(_files, "photos", Identity(incarnation: 1)));
        Assert.Equal(["a.jpg"], _files.List("photos"));
    }

    [Fact]
    public void One_process_at_a_time()
    {
        using (StoreDirectory.Open(_files, "data", Identity(incarnation: 1)))
        {
            Assert.Equal(StoreRefusal.Locked, Refused(Identity(incarnation: 1)));
        }

        StoreDirectory.Open(_files, "data", Identity(incarnation: 1)).Dispose();
    }

    [Fact]
    public void A_full_or_failing_disk_gives_no_identity()
    {
        _files.Lay(new FileFault { Kind = FileCallKind.Sync });
        Assert.Throws<FileSystemException>(() => StoreDirectory.Open(_files, "data", Identity(incarnation: 1)));
        Assert.False(_files.FileExists(File));
        _files.ClearFaults();
        using var again = StoreDirectory.Open(_files, "data", Identity(incarnation: 2));
        Assert.Equal(Identity(incarnation: 2), again.Identity);
    }

    private static StoreIdentity Identity(ulong incarnation) => new()
    {
        ClusterId = 0xC1,
        Store = new StoreId(4),
        Incarnation = new Incarnation(incarnation, 9),
    };

    private StoreRefusal Refused(StoreIdentity wanted)
    {
        var refusal = Assert.Throws<StoreRefusedException>(() => StoreDirectory.Open(_files, "data", wanted));
        Assert.Contains("data", refusal.Message, StringComparison.Ordinal);
        return refusal.Reason;
    }
}
