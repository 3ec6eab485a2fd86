using System.Globalization;
using System.Text;
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
/// A store's data directory as a store uses it: identity, log and snapshots, in the order of the store's own start;
/// beside it the model of what is durable. Each start is compared with the model: everything that was acknowledged is
/// there, the batch in flight whole or not at all, every marked snapshot whole, and nothing else.
/// </summary>
internal sealed class CrashWorld : IDisposable
{
    private readonly string _path;
    private readonly Dictionary<(ulong Group, LogId Last), SnapshotMeta> _stored = [];
    private (long Call, CrashMoment Moment)? _plan;
    private StoreDirectory? _directory;
    private SegmentedLog? _log;
    private SnapshotStorage? _snapshots;
    private LogBatch? _pending;

    /// <summary>A store that has not started, on a disk; the model says what must be on it.</summary>
    public CrashWorld(IFileSystem files, string path, LogModel model)
    {
        Files = files;
        _path = path;
        Model = model;
        Earlier = model.Describe();
    }

    /// <summary>The files of the present life.</summary>
    public IFileSystem Files { get; private set; }

    /// <summary>The same, where they are simulated.</summary>
    public SimulatedFileSystem Disk => (SimulatedFileSystem)Files;

    /// <summary>Where the log is.</summary>
    public string LogPath => $"{_path}/log";

    /// <summary>What there was before the last batch.</summary>
    public string Earlier { get; private set; }

    /// <summary>What was acknowledged.</summary>
    public LogModel Model { get; }

    /// <summary>The log; while it runs.</summary>
    public SegmentedLog Log => _log ?? throw new InvalidOperationException("it does not run");

    /// <summary>A store that starts on what the power, or a kill, left of this one's disk.</summary>
    public CrashWorld Next(IFileSystem files) => new(files, _path, Model.Clone()) { _pending = _pending };

    /// <summary>The process dies at this call, whichever of the following lives makes it.</summary>
    public void PlanCrash(long call, CrashMoment moment)
    {
        _plan = (call, moment);
        Disk.CrashAt(call, moment);
    }

    /// <summary>Starts as a store does, and compares what is found.</summary>
    public void Start()
    {
        _directory = StoreDirectory.Open(Files, _path, Identity());
        var options = LogScripts.Options with { MustExist = _directory.IsComplete };
        _log = SegmentedLog.Open(Files, _directory.LogPath, options, out var store);
        Compare(store);
        _directory.Complete();
        _snapshots = new SnapshotStorage(Files, _directory.SnapshotPath);
        var groups = store.Groups.Where(group => group.Replica != ReplicaId.None).ToList();
        _snapshots.DeleteOthers([.. groups.Select(group => group.Group)]);
        groups.ForEach(Recover);
    }

    /// <summary>The process is killed, and the next one has not started.</summary>
    public void Kill()
    {
        Dispose();
        if (Files is SimulatedFileSystem disk)
        {
            Become(disk.Kill());
        }
    }

    /// <summary>The process is killed, and the next one starts; the plan of the crash goes on.</summary>
    public void Restart()
    {
        Kill();
        Start();
    }

    /// <summary>
    /// The present life ends at the call that is <paramref name="calls"/> from now on, in <paramref name="action"/>;
    /// the next one has not started yet.
    /// </summary>
    public void Die(int calls, CrashMoment moment, bool isPower, Action<CrashWorld> action)
    {
        Disk.CrashAt(Disk.CallCount + calls, moment);
        Assert.ThrowsAny<SimulatedCrashException>(() => action(this));
        Dispose();
        Become(isPower ? Disk.Crash(new Prng((ulong)calls)) : Disk.Kill());
    }

    /// <summary>Appends a batch; when this returns it is acknowledged. On a full disk it leaves no trace.</summary>
    public void Append(LogBatch batch)
    {
        _pending = batch;
        try
        {
            Log.Append(batch);
            Earlier = Model.Describe();
            Model.Take(batch);
            _pending = null;
        }
        catch (StorageFullException)
        {
            _pending = null;
            throw;
        }
    }

    /// <summary>Takes a snapshot of a group up to an entry that it holds, and marks it.</summary>
    public void TakeSnapshot(ulong group, ulong index)
    {
        var last = Model.Groups[group].Entries.Single(entry => entry.Index == index).Id;
        Store(group, last);
        Append(LogBatch.Of(new StoreRecord
        {
            Kind = StoreRecordKind.SnapshotMark,
            Group = new GroupId(group),
            Snapshot = LogScripts.Snapshot(last),
        }));
        DeleteUnmarked(group);
    }

    /// <summary>Installs a snapshot that came from elsewhere, in the log's place or beside it.</summary>
    public void Install(ulong group, LogId last, bool keepsLog = false)
    {
        Store(group, last);
        var held = Model.Groups[group].HardState;
        var term = Math.Max(held.Term, last.Term);
        var batch = LogBatch.Of(new PersistTask(new GroupId(group), 1)
        {
            HardState = new HardState(term, held.Vote, Math.Max(held.Commit, last.Index)),
            Snapshot = LogScripts.Snapshot(last),
            KeepsLog = keepsLog,
        });
        Append(batch);
        DeleteUnmarked(group);
    }

    /// <summary>Destroys a group's replica: first the tombstone, then its snapshots.</summary>
    public void Remove(ulong group)
    {
        Append(LogBatch.Of(new StoreRecord
        {
            Kind = StoreRecordKind.Tombstone,
            Group = new GroupId(group),
            Replica = new ReplicaId(Model.Groups[group].Replica),
        }));
        Snapshots.DeleteAll(new GroupId(group));
    }

    /// <summary>Writes a snapshot and does not mark it.</summary>
    public void Store(ulong group, LogId last)
    {
        var meta = LogScripts.Snapshot(last);
        using var sink = Snapshots.Create(new GroupId(group), meta);
        sink.BeginFile("state");
        sink.Write(Content(group, last));
        sink.Commit();
        _stored[(group, last)] = meta;
    }

    /// <summary>The preparing thread does all it can.</summary>
    public void PrepareSpares()
    {
        while (Log.PrepareSpares() == SpareStatus.Working)
        {
            // Steps are bounded.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _log?.Dispose();
        _directory?.Dispose();
        (_log, _directory, _snapshots) = (null, null, null);
    }

    /// <summary>A snapshot is what such a store once wrote.</summary>
    public static void AssertWhole(SnapshotStorage snapshots, GroupId group, LogId last)
    {
        using var source = snapshots.Open(group, last);
        var expected = Content(group.Value, last);
        var bytes = new byte[expected.Length + 1];
        Assert.Equal(expected.Length, source.Read("state", 0, bytes));
        Assert.Equal(expected, bytes[..^1]);
    }

    /// <summary>The identity of all such stores.</summary>
    public static StoreIdentity Identity() => new()
    {
        ClusterId = 0xC1,
        Store = new StoreId(4),
        Incarnation = LogScripts.Options.Owner,
    };

    private SnapshotStorage Snapshots => _snapshots ?? throw new InvalidOperationException("it does not run");

    private void Become(SimulatedFileSystem files)
    {
        Files = files;
        if (_plan is { } plan && plan.Call > files.CallCount)
        {
            files.CrashAt(plan.Call, plan.Moment);
        }
    }

    private void Compare(RecoveredStore store)
    {
        var found = LogModel.Describe(Log, store);
        if (_pending is not null && found != Model.Describe())
        {
            Model.Take(_pending);
        }

        _pending = null;
        Assert.Equal(Model.Describe(), found);
    }

    private void Recover(RecoveredGroup group)
    {
        var remarks = new List<string>();
        var found = Snapshots.Recover(group.Group, group.Snapshots, remarks);
        Assert.Empty(remarks);
        Assert.Equal(
            group.Snapshots.Select(mark => mark.Last).OrderBy(last => last.Index), found.Select(meta => meta.Last));
        foreach (var meta in found)
        {
            AssertWhole(Snapshots, group.Group, meta.Last);
            _stored[(group.Group.Value, meta.Last)] = meta;
        }

        var path = $"{_path}/snapshots/{group.Group}";
        var names = Files.DirectoryExists(path) ? Files.List(path) : [];
        Assert.Equal(found.Count, names.Count);
    }

    // As a store does once a newer one is marked.
    private void DeleteUnmarked(ulong group)
    {
        foreach (var (id, last) in _stored.Keys.Where(key => key.Group == group).ToList())
        {
            if (!Model.Groups[group].Marks.Contains(last.Index))
            {
                Snapshots.Delete(new GroupId(id), last);
                _stored.Remove((id, last));
            }
        }
    }

    private static byte[] Content(ulong group, LogId last)
    {
        var bytes = new byte[5000];
        new Prng((group * 31) + last.Index + (last.Term << 32)).Fill(bytes);
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{group} {last}"), bytes);
        return bytes;
    }
}
