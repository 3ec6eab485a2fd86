using Sampan.Base;
using Sampan.Io;
using Sampan.Testing.Files;

namespace Sampan.Store.Tests;

/// <summary>
/// Purpose: each of the first 500 syncs of a store's life fails once, of the log, of snapshots, of names. The store
/// stops (F1), makes no call of its disk any more, and nothing was ever acknowledged that rested on that sync: the
/// power may fail at that very moment, and the next life has it all.
/// </summary>
public sealed class FailedSyncTests
{
    private const int Syncs = 500;

    [Fact]
    public void After_a_failed_sync_the_store_stops_and_nothing_is_acknowledged_that_rests_on_it()
    {
        var all = AllSyncs();
        Assert.InRange(all.Count, Syncs, int.MaxValue);
        for (var number = 0; number < Syncs; number++)
        {
            var kind = all[number];
            var nth = all.Take(number + 1).Count(other => other == kind);
            Try(kind, nth, $"sync {number + 1}, {kind}");
        }
    }

    private static void Try(FileCallKind kind, int nth, string what)
    {
        var disk = new SimulatedFileSystem(new Prng(5));
        SimulatedFileSystem? atFailure = null;
        var left = nth;
        disk.Calling = call =>
        {
            if (call.Kind == kind && --left == 0)
            {
                atFailure = disk.Clone();
            }
        };
        disk.Lay(new FileFault { Kind = kind, Nth = nth });
        var life = new SimulatedLife(disk);
        var refused = Live(life);
        Assert.True(atFailure is not null, what);
        var failure = refused ?? life.Failure;
        Assert.True(failure is FileSystemException { Failure: FileFailure.Device }, $"{what}: {failure}");
        var calls = disk.CallCount;
        life.RunFor(TimeSpan.FromSeconds(10));
        Assert.True(calls == disk.CallCount, $"{what}: the store goes on");

        for (var seed = 0UL; seed < 2; seed++)
        {
            var next = new SimulatedLife(atFailure.Clone().Crash(new Prng(seed)));
            next.Start();
            next.RunFor(TimeSpan.FromSeconds(2));
            Assert.True(
                next.Failure is null && next.Sum >= life.Acknowledged,
                $"{what}: {life.Acknowledged} acknowledged, {next.Sum} found, {next.Failure}");
        }
    }

    // What kept it from starting, if something did.
    private static FileSystemException? Live(SimulatedLife life)
    {
        try
        {
            life.Start();
        }
        catch (FileSystemException failure)
        {
            return failure;
        }

        for (var i = 0; i < 6 && life.Failure is null; i++)
        {
            life.Work();
        }

        return null;
    }

    private static List<FileCallKind> AllSyncs()
    {
        var disk = new SimulatedFileSystem(new Prng(5));
        var syncs = new List<FileCallKind>();
        disk.Calling = call =>
        {
            if (call.Kind is FileCallKind.Sync or FileCallKind.SyncData or FileCallKind.SyncDirectory)
            {
                syncs.Add(call.Kind);
            }
        };
        var life = new SimulatedLife(disk);
        Live(life);
        Assert.Null(life.Failure);
        return syncs;
    }
}
