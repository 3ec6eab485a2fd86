using Sampan.Io;
using Sampan.Model;
using Sampan.Storage.Identity;
using Sampan.Storage.Tests.Fixture;
using Sampan.Testing.Files;

namespace Sampan.Storage.Tests.Identity;

/// <summary>Purpose: as <see cref="IdentitySuite"/>, on simulated files; and no crash gives half of one.</summary>
public sealed class StoreDirectoryTests : IdentitySuite
{
    private readonly SimulatedFileSystem _files;

    public StoreDirectoryTests()
        : this(new SimulatedFileSystem(new Base.Prng(5)))
    {
    }

    private StoreDirectoryTests(SimulatedFileSystem files)
        : base(files) => _files = files;

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
}
