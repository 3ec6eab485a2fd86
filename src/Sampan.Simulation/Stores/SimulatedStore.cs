using Sampan.Base;
using Sampan.Io;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Simulation.Checks;
using Sampan.Simulation.Faults;
using Sampan.Simulation.Workloads;
using Sampan.Testing.Files;

namespace Sampan.Simulation.Stores;

/// <summary>
/// A store with its disk: it starts, dies in one way or another, and starts again with what the disk kept.
/// </summary>
internal sealed class SimulatedStore
{
    private readonly SimulationWorld _world;
    private readonly Prng _prng;
    private StoreImage _image = new();
    private SimulatedFileSystem _files;
    private StoreLife? _life;
    private TimeSpan _wallSkew;
    private bool _losesPowerInCall;
    private bool _hasFailedCalls;

    /// <summary>A store with an empty disk.</summary>
    public SimulatedStore(SimulationWorld world, StoreId id, Prng prng)
    {
        _world = world;
        _prng = prng;
        Id = id;
        _files = new SimulatedFileSystem(prng.Fork());
        Pace = new StorePace(world.Options.ElectionTimeout);
        Pace.Changed = () => _life?.Adopt(Pace);
        Timeout = world.Options.ElectionTimeout;
    }

    /// <summary>The store.</summary>
    public StoreId Id { get; }

    /// <summary>Which life it is in, or was in last.</summary>
    public ulong Life { get; private set; }

    /// <summary>Whether it runs, or starts.</summary>
    public bool IsUp => _life is not null;

    /// <summary>Why it cannot start with the disk that it has; null if it can.</summary>
    public string? Refusal { get; private set; }

    /// <summary>Whether its disk was damaged: it may be refused, or fail, at any time.</summary>
    public bool IsDamaged { get; private set; }

    /// <summary>Its groups; null while it is down or starts.</summary>
    public IGroupDirectory? Groups => _life?.Groups;

    /// <summary>The state machines of its life.</summary>
    public SimulatedMachines? Machines => _life?.Machines;

    /// <summary>What its log must hold.</summary>
    public StoreImage Image => _image;

    /// <summary>What an operator would have read last in this life.</summary>
    public string LastRemark => Refusal ?? _life?.Events.LastRemark ?? string.Empty;

    /// <summary>How fast it is.</summary>
    public StorePace Pace { get; }

    /// <summary>The election timeout of its next life.</summary>
    public TimeSpan Timeout { get; set; }

    /// <summary>How far its wall clock is off.</summary>
    public TimeSpan WallSkew
    {
        get => _wallSkew;
        set
        {
            _wallSkew = value;
            _life?.SetWall(value);
        }
    }

    /// <summary>Starts with what the disk holds. The power may go before it runs.</summary>
    public void Start()
    {
        Invariant.Holds(_life is null && Refusal is null);
        Life++;
        _world.Trace.Add(Id, "starts", $"life {Life}");
        _hasFailedCalls = false;
        _files.Failing = CallFailing;
        var life = new StoreLife(_world, this, _prng, _files);
        _life = life;
        life.SetWall(_wallSkew);
        life.Process.Died = () => _world.Plan(life.Process.DiedAt, () => Bury(life, _losesPowerInCall));
        life.Begin(() => _world.Started(this));
    }

    /// <summary>The process dies; with <paramref name="losesPower"/> the disk forgets what was not synced.</summary>
    public void Crash(bool losesPower)
    {
        if (_life is { Process.IsAlive: true } life)
        {
            life.Process.Died = null;
            life.Process.Crash();
            Bury(life, losesPower);
        }
    }

    /// <summary>The store dies within a call of its disk, one of the next few.</summary>
    public bool CrashAtCall(bool losesPower, int callsMax)
    {
        if (_life is not { Process.IsAlive: true })
        {
            return false;
        }

        _losesPowerInCall = losesPower;
        _files.CrashAt(_files.CallCount + 1 + _prng.NextBelow(callsMax), (CrashMoment)_prng.NextBelow(3));
        return true;
    }

    /// <summary>It goes on, after all, and its disk is well.</summary>
    public void Spare()
    {
        Pace.Recover();
        if (_life is { Process.IsAlive: true })
        {
            _files.CrashAt(long.MaxValue, CrashMoment.Before);
            _files.ClearFaults();
            _files.CapacityBytes = long.MaxValue;
        }
    }

    /// <summary>Lays a failure in the way of its disk.</summary>
    public void Lay(FileFault fault)
    {
        if (IsUp)
        {
            _files.Lay(fault);
        }
    }

    /// <summary>The device does not answer until the store was started again.</summary>
    public void LoseDevice() => _files.IsGone = IsUp;

    /// <summary>How much more its disk takes; null: whatever comes.</summary>
    public void LimitSpace(long? bytesMore) =>
        _files.CapacityBytes = bytesMore is { } more ? _files.UsedBytes + more : long.MaxValue;

    /// <summary>Until when it is busy with what it began, or paused.</summary>
    public Instant BusyUntil => _life?.Process.BusyUntil ?? Instant.Zero;

    /// <summary>No worker runs for a while.</summary>
    public void Pause(TimeSpan duration) => _life?.Process.Pause(duration);

    /// <summary>One worker's thread does not run for a while.</summary>
    public void PauseThread(TimeSpan duration) => _life?.PauseThread(_prng, duration);

    /// <summary>While it is down, something happens to its disk; whether it could.</summary>
    public bool Damage(FaultKind kind)
    {
        if (_life is not null || Refusal is not null || !DiskDamage.TryInflict(kind, _files, _image, _prng))
        {
            return false;
        }

        IsDamaged = true;
        return true;
    }

    /// <summary>Whether it bootstraps the groups that name it first, when its disk is empty.</summary>
    public bool Bootstraps { get; private set; } = true;

    /// <summary>Its disk is replaced by an empty one. What it had is lost for good.</summary>
    public void Wipe(bool bootstraps)
    {
        Bootstraps = bootstraps;
        _world.Trace.Add(Id, "gets an empty disk");
        Crash(losesPower: false);
        Invariant.Holds(_life is null);
        foreach (var checker in _world.Checkers.Values)
        {
            checker.Ended(_image, isLost: true);
        }

        _image = new StoreImage();
        _files = new SimulatedFileSystem(_prng.Fork());
        IsDamaged = false;
        Refusal = null;
    }

    /// <summary>
    /// The start was refused, or failed on a disk that fails. With a damaged disk it stays down; else somebody starts
    /// it again.
    /// </summary>
    public void StartFailed(StoreLife life, Exception cause)
    {
        if (_life != life)
        {
            // It died meanwhile.
            return;
        }

        if (!MayFail(cause))
        {
            throw new SimulationFailedException($"store {Id} could not start: {cause.Message}", cause);
        }

        life.Process.Died = null;
        life.Process.Crash();
        if (IsDamaged && cause is not (FileSystemException or StorageFullException))
        {
            Refusal = cause.Message;
        }

        Bury(life, losesPower: false);
    }

    /// <summary>A worker failed, and with it the store.</summary>
    public void WorkerFailed(StoreLife life, string worker, Exception cause)
    {
        if (!MayFail(cause))
        {
            throw new SimulationFailedException($"store {Id}: {worker} failed: {cause.Message}", cause);
        }

        // The process exits; the page cache lives on, but for what a failed sync lost.
        _world.PlanAfter(TimeSpan.Zero, () =>
        {
            if (_life == life)
            {
                Crash(losesPower: false);
            }
        });
    }

    private bool MayFail(Exception cause) => cause switch
    {
        FileSystemException or StorageFullException => _hasFailedCalls,
        StorageDamagedException or Storage.Identity.StoreRefusedException => IsDamaged,
        _ => false,
    };

    private void CallFailing(FileCall call, FileFailure failure)
    {
        _hasFailedCalls = true;
        _world.Ledger.Count(failure == FileFailure.NoSpace ? FaultKind.DiskFull : call.Kind switch
        {
            _ when _files.IsGone => FaultKind.DeviceGone,
            FileCallKind.Read => FaultKind.ReadFailed,
            FileCallKind.Write or FileCallKind.SetLength => FaultKind.WriteFailed,
            FileCallKind.Sync or FileCallKind.SyncData => FaultKind.SyncFailed,
            FileCallKind.SyncDirectory => FaultKind.DirectorySyncFailed,
            _ => FaultKind.RenameFailed,
        }, Id);
        _world.Trace.Add(Id, "call fails", $"{call} {failure}");
    }

    private void Bury(StoreLife life, bool losesPower)
    {
        if (_life != life)
        {
            return;
        }

        var wasStarting = life.Groups is null;
        life.End();
        foreach (var checker in _world.Checkers.Values)
        {
            checker.Ended(_image, isLost: false);
        }

        _life = null;
        var diedAt = life.Process.DiedAt;
        _world.Trace.Add(Id, losesPower ? "lost its power" : "died", $"at {diedAt.Ticks / 10_000.0:F4} ms");
        _files = losesPower ? _files.Crash(_prng.Fork(), diedAt) : _files.Kill(diedAt);
        if (_hasFailedCalls && !losesPower)
        {
            // What a failed sync lost is gone for whoever reads it again, as after memory ran short.
            _files.DropCaches();
        }

        _world.Crashed(this, wasStarting);
    }
}
