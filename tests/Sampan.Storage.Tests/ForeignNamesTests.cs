using Sampan.Io;
using Sampan.Storage.Tests.Fixture;
using Sampan.Storage.Tests.Log;
using Sampan.Testing.Files;

namespace Sampan.Storage.Tests;

/// <summary>
/// Purpose: what lies in a store's directories and is none of its own is neither damage nor touched; and a process that
/// may open no more files does not blame the disk, nor what lies on it.
/// </summary>
public sealed class ForeignNamesTests
{
    private static readonly string[] Names =
    [
        ".nfs000000000001", "lost+found", "notes", "notes.tmp", "notes.damaged", "10.tmp.bak", "10.bak", "010",
        "0000000000000001.log.bak", "0000000000000001.LOG", "000000000000000A.log", "1.log", "00000000000000001.log",
        "0000000000000009.spare~", "0000000000000009.tmpx", "+0000000000000a.log", " 000000000000001.log",
    ];

    [Fact]
    public void Foreign_names_in_the_logs_directory_are_left_alone()
    {
        var disk = LogScripts.Disk();
        LogScripts.Open(disk).Dispose();
        var before = LogScripts.Describe(disk);
        AddForeign(disk, LogScripts.Folder);
        Assert.Equal(before, LogScripts.Describe(disk));
        AssertThere(disk, LogScripts.Folder);
    }

    [Fact]
    public void Foreign_names_beside_snapshots_are_left_alone()
    {
        var files = Disks.WithData();
        Snapshot.Take(files, Snapshot.Meta(10));
        files.CreateDirectory($"{Snapshot.Folder}/20.tmp");
        AddForeign(files, Snapshot.Folder);
        AddForeign(files, "data/snapshots");
        // Names as the store gives them, of another kind: a file where a directory should be.
        Disks.Put(files, $"{Snapshot.Folder}/30.tmp", [1]);
        Disks.Put(files, $"{Snapshot.Folder}/30.damaged", [1]);
        Disks.Put(files, $"{Snapshot.Folder}/30", [1]);
        var storage = Snapshot.Storage(files);
        storage.DeleteOthers([Snapshot.Group]);
        Assert.Single(storage.Recover(Snapshot.Group, [Snapshot.Meta(10)], []));
        Snapshot.AssertWhole(storage, Snapshot.Meta(10));
        AssertThere(files, Snapshot.Folder);
        AssertThere(files, "data/snapshots");
        Assert.True(files.FileExists($"{Snapshot.Folder}/30.tmp"));
        Assert.False(files.DirectoryExists($"{Snapshot.Folder}/20.tmp"));
    }

    /// <summary>
    /// Too many open files end the start, or the call, as what they are; nothing was taken for damage.
    /// </summary>
    [Fact]
    public void Too_many_open_files_are_no_damage()
    {
        var disk = Disks.WithData();
        LogScripts.Open(disk).Dispose();
        Snapshot.Take(disk, Snapshot.Meta(10));
        var before = LogScripts.Describe(disk);
        var calls = 0;
        for (var nth = 1; nth < 40; nth++)
        {
            disk.Lay(new FileFault { Kind = FileCallKind.Open, Nth = nth, Failure = FileFailure.TooManyOpen });
            try
            {
                Assert.Equal(before, LogScripts.Describe(disk));
                Assert.Single(Snapshot.Storage(disk).Recover(Snapshot.Group, [Snapshot.Meta(10)], []));
                Snapshot.AssertWhole(SnapshotsOf(disk), Snapshot.Meta(10));
            }
            catch (FileSystemException failure)
            {
                Assert.Equal(FileFailure.TooManyOpen, failure.Failure);
                calls++;
            }

            disk.ClearFaults();
        }

        Assert.InRange(calls, 6, 38);
        Assert.Equal(before, LogScripts.Describe(disk));
        Snapshot.AssertWhole(SnapshotsOf(disk), Snapshot.Meta(10));
    }

    private static Storage.Snapshots.SnapshotStorage SnapshotsOf(SimulatedFileSystem disk)
    {
        var storage = Snapshot.Storage(disk);
        storage.Recover(Snapshot.Group, [Snapshot.Meta(10)], []);
        return storage;
    }

    private static void AddForeign(SimulatedFileSystem files, string folder)
    {
        foreach (var name in Names)
        {
            Disks.Put(files, $"{folder}/{name}", [1, 2, 3]);
        }

        files.CreateDirectory($"{folder}/a directory");
        files.CreateDirectory($"{folder}/a directory.tmp");
        files.CreateDirectory($"{folder}/a directory.damaged");
    }

    private static void AssertThere(SimulatedFileSystem files, string folder)
    {
        Assert.All(Names, name => Assert.True(files.FileExists($"{folder}/{name}"), name));
        Assert.True(files.DirectoryExists($"{folder}/a directory.tmp"));
        Assert.True(files.DirectoryExists($"{folder}/a directory.damaged"));
    }
}
