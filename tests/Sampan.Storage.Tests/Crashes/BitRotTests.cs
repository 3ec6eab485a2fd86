using System.Globalization;
using Sampan.Base;
using Sampan.Io;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Storage.Identity;
using Sampan.Storage.Log;
using Sampan.Storage.Snapshots;
using Sampan.Storage.Tests.Log;
using Sampan.Testing.Files;

namespace Sampan.Storage.Tests.Crashes;

/// <summary>
/// Purpose: one bit of a store's directory is not what was written, anywhere in log, snapshots and identity. The start
/// says so in a sentence, or nothing is missing; the one exception is a last batch that was not marked yet (F2). The
/// disks are those that the scripts of <see cref="CrashPointScripts"/> leave. SAMPAN_ROT sets how many bits are
/// flipped.
/// </summary>
public sealed class BitRotTests
{
    private const string Data = "data";

    private static readonly int Flips = int.TryParse(
        Environment.GetEnvironmentVariable("SAMPAN_ROT"), CultureInfo.InvariantCulture, out var count) ? count : 2_000;

    [Fact]
    public void No_flipped_bit_is_silent_but_in_an_unmarked_last_batch()
    {
        var corpus = CrashPointScripts.All.SelectMany(script => (Victim[])[Left(script, false), Left(script, true)])
            .ToList();
        var outcomes = new Dictionary<Outcome, int>();
        for (var flip = 0; flip < Flips; flip++)
        {
            var prng = new Prng((ulong)flip);
            var victim = corpus[prng.NextBelow(corpus.Count)];
            var disk = victim.Disk.Clone();
            var what = $"flip {flip}, {victim.Name}, {Flip(disk, prng)}";
            try
            {
                var outcome = Start(victim, disk, what);
                outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
            }
            catch (Exception failure) when (failure is not Xunit.Sdk.XunitException)
            {
                throw new InvalidOperationException(what, failure);
            }
        }

        // Each of them is there: if one ever is not, the documents are wrong, or the test is.
        Assert.Equal(Enum.GetValues<Outcome>(), outcomes.Keys.Order());
    }

    private static Victim Left(CrashPointScript script, bool isMarked)
    {
        using var world = new CrashWorld(new SimulatedFileSystem(new Prng(3)), Data, new LogModel());
        script.Before(world);
        script.Act(world);
        if (isMarked)
        {
            world.Log.MarkIdle();
        }

        var disk = world.Disk.Clone().Kill();
        disk.CapacityBytes = long.MaxValue;
        return new Victim(script.Name, disk, world.Model.Describe(), isMarked ? null : world.Earlier);
    }

    // Log, snapshots, and the identity in turn; in a segment mostly where something was written.
    private static string Flip(SimulatedFileSystem disk, Prng prng)
    {
        var files = disk.Tree().Where(path => !path.EndsWith('/')).ToList();
        var kind = prng.NextBelow(8);
        var wanted = files.Where(path => kind switch
        {
            < 4 => path.EndsWith(".log", StringComparison.Ordinal),
            < 5 => path.EndsWith(".spare", StringComparison.Ordinal),
            < 7 => path.Contains("/snapshots/", StringComparison.Ordinal),
            _ => path.EndsWith("store.json", StringComparison.Ordinal),
        }).ToList();
        var path = wanted.Count > 0 ? wanted[prng.NextBelow(wanted.Count)] : $"{Data}/store.json";
        var bytes = disk.Peek(path);
        var end = Array.FindLastIndex(bytes, each => each != 0) + 1;
        var at = prng.NextBelow(prng.Chance(1, 8) || end == 0 ? bytes.Length : end);
        var bit = prng.NextBelow(8);
        using var file = disk.Open(path, FileOpenMode.ReadWrite);
        file.Write(at, [(byte)(bytes[at] ^ (1 << bit))]);
        return $"{path} byte {at} bit {bit}";
    }

    private static Outcome Start(Victim victim, SimulatedFileSystem disk, string what)
    {
        try
        {
            using var directory = StoreDirectory.Open(disk, Data, CrashWorld.Identity());
            Assert.Equal(CrashWorld.Identity(), directory.Identity);
            var options = LogScripts.Options with { MustExist = directory.IsComplete };
            using var log = SegmentedLog.Open(disk, directory.LogPath, options, out var store);
            var found = LogModel.Describe(log, store);
            var isAll = found == victim.State;
            Assert.True(isAll || found == victim.Earlier, $"{what}: {found}\nwhere there was: {victim.State}");
            var snapshots = new SnapshotStorage(disk, directory.SnapshotPath);
            var isWhole = store.Groups.Where(group => group.Replica != ReplicaId.None)
                .Aggregate(true, (whole, group) => Recover(snapshots, group, what) && whole);
            return !isAll ? Outcome.LastBatchCut : isWhole ? Outcome.AllThere : Outcome.SetAside;
        }
        catch (Exception refusal) when (refusal is StorageDamagedException or StoreRefusedException)
        {
            Assert.Contains(Data, refusal.Message, StringComparison.Ordinal);
            return Outcome.Refused;
        }
    }

    private static bool Recover(SnapshotStorage snapshots, RecoveredGroup group, string what)
    {
        var remarks = new List<string>();
        var found = snapshots.Recover(group.Group, group.Snapshots, remarks);
        foreach (var meta in found)
        {
            CrashWorld.AssertWhole(snapshots, group.Group, meta.Last);
        }

        var missing = group.Snapshots.Count - found.Count;
        Assert.True(
            missing == remarks.Count(remark => remark.Contains("cannot be used", StringComparison.Ordinal)),
            $"{what}: {string.Join("; ", remarks)}");
        return missing == 0;
    }

    private enum Outcome
    {
        AllThere = 0,
        Refused = 1,
        SetAside = 2,
        LastBatchCut = 3,
    }

    private sealed record Victim(string Name, SimulatedFileSystem Disk, string State, string? Earlier);
}
