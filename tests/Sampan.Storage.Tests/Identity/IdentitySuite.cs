using System.Text;
using Sampan.Io;
using Sampan.Model;
using Sampan.Storage.Identity;
using Sampan.Storage.Tests.Fixture;

namespace Sampan.Storage.Tests.Identity;

/// <summary>
/// Purpose: a store has one identity for good, and no directory is taken for another's. On any files.
/// </summary>
public abstract class IdentitySuite
{
    private protected const string File = "data/store.json";

    private readonly IFileSystem _files;

    /// <summary>On these, which are empty.</summary>
    protected IdentitySuite(IFileSystem files) => _files = files;

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

        var before = Disks.Tree(_files);
        using (var read = StoreDirectory.OpenForReading(_files, "data"))
        {
            Assert.Equal(Identity(incarnation: 1), read.Identity);
            var thrown = Assert.Throws<StoreRefusedException>(
                () => StoreDirectory.Open(_files, "data", Identity(incarnation: 1)));
            Assert.Equal(StoreRefusal.Locked, thrown.Reason);
        }

        StoreDirectory.Open(_files, "data", Identity(incarnation: 1)).Dispose();
        Assert.Equal(before, Disks.Tree(_files));

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
        var lines = Encoding.ASCII.GetString(Disks.Read(_files, File)).Split('\n');
        Assert.Equal(
            [
                "{", "  \"format\": 3,", "  \"cluster\": \"00000000000000c1\",", "  \"store\": 4,",
                "  \"incarnation\": \"00000000000000010000000000000009\",", "  \"first-start\": \"begun\",",
            ],
            lines[..6]);
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

        var newer = Encoding.ASCII.GetString(Disks.Read(_files, File)).Replace("\"format\": 3", "\"format\": 4");
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

    [Fact]
    public void One_process_at_a_time()
    {
        using (StoreDirectory.Open(_files, "data", Identity(incarnation: 1)))
        {
            Assert.Equal(StoreRefusal.Locked, Refused(Identity(incarnation: 1)));
        }

        StoreDirectory.Open(_files, "data", Identity(incarnation: 1)).Dispose();
    }

    private protected static StoreIdentity Identity(ulong incarnation) => new()
    {
        ClusterId = 0xC1,
        Store = new StoreId(4),
        Incarnation = new Incarnation(incarnation, 9),
    };

    private protected StoreRefusal Refused(StoreIdentity wanted)
    {
        var refusal = Assert.Throws<StoreRefusedException>(() => StoreDirectory.Open(_files, "data", wanted));
        Assert.Contains("data", refusal.Message, StringComparison.Ordinal);
        return refusal.Reason;
    }
}
