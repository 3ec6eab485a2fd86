using Sampan.Base;
using Sampan.Io;

namespace Sampan.Testing.Files;

/// <content>What every call passes: counters, time, faults, planned crashes.</content>
public sealed partial class SimulatedFileSystem
{
    /// <summary>Calls so far.</summary>
    public long CallCount { get; private set; }

    /// <summary>Told of each call before it takes effect; it may copy the disk, or crash the simulated store.</summary>
    public Action<FileCall>? Calling { get; set; }

    /// <summary>Told of each call that is about to fail, and how.</summary>
    public Action<FileCall, FileFailure>? Failing { get; set; }

    /// <summary>Simulated time; without it, calls take none and a sync settles at once.</summary>
    public IFileTime? Time { get; set; }

    /// <summary>Whether the device does not answer: every call fails until it is back.</summary>
    public bool IsGone { get; set; }

    /// <summary>
    /// Space for files; a write beyond it is done in part and fails with <see cref="FileFailure.NoSpace"/>.
    /// </summary>
    public long CapacityBytes { get; set; } = long.MaxValue;

    /// <summary>Whether a power failure may tear a sector; without it, it keeps or loses sectors whole.</summary>
    public bool MayTearSectors { get; set; } = true;

    /// <summary>Whether it crashed: every call throws <see cref="SimulatedCrashException"/>.</summary>
    public bool IsDead { get; private set; }

    /// <summary>Space that files take, in pages of 4 KiB; holes take none.</summary>
    public long UsedBytes
    {
        get
        {
            var used = 0L;
            Walk(_root, string.Empty, (_, entry) => used += entry is StoredFile file ? file.Live.AllocatedBytes : 0);
            return used;
        }
    }

    /// <summary>No crash comes before it any more.</summary>
    internal Instant Floor => Time?.Floor ?? Instant.Never;

    /// <summary>Calls of a kind so far.</summary>
    public long CountOf(FileCallKind kind) => _counts[(int)kind];

    /// <summary>Lays a fault in the way; several are counted each by itself.</summary>
    public void Lay(FileFault fault)
    {
        Invariant.Holds(fault.Nth > 0);
        _faults.Add((fault, fault.Nth));
    }

    /// <summary>Takes all faults away, those of a device that is gone included.</summary>
    public void ClearFaults()
    {
        _faults.Clear();
        IsGone = false;
    }

    /// <summary>
    /// Plans the end of the process: at call number <paramref name="call"/> (see <see cref="CallCount"/>) a
    /// <see cref="SimulatedCrashException"/> unwinds it, and nothing can be called any more. What the next process
    /// finds is drawn by <see cref="Crash(Prng)"/>.
    /// </summary>
    public void CrashAt(long call, CrashMoment moment)
    {
        Invariant.Holds(call > CallCount);
        _crashAtCall = call;
        _crashMoment = moment;
    }

    /// <summary>Begins a call: counts it, lets its time pass, finds out what is to become of it.</summary>
    internal EnteredCall Enter(FileCallKind kind, string path, int sizeBytes = 0)
    {
        ThrowIfDead();
        CallCount++;
        _counts[(int)kind]++;
        var call = new FileCall(CallCount, kind, path, sizeBytes);
        Calling?.Invoke(call);
        ThrowIfDead();
        // Later than planned where the planned call was refused before its effect.
        if (CallCount > _crashAtCall || (CallCount == _crashAtCall && _crashMoment == CrashMoment.Before))
        {
            Die();
        }

        var began = Time?.Now ?? Instant.Zero;
        Time?.Spend(call);
        var times = new FileCallTimes(began, Time?.Now ?? Instant.Zero);
        if (IsGone)
        {
            Failing?.Invoke(call, FileFailure.Device);
            throw Failed(FileFailure.Device, NameOf(kind), path, "the device is gone");
        }

        var fault = TakeFault(call);
        if (fault is not null)
        {
            Failing?.Invoke(call, fault.Failure);
        }

        return new EnteredCall(call, times, fault, CallCount == _crashAtCall ? _crashMoment : null);
    }

    /// <summary>Ends a call after its effect: the caller learns of success, of a failure, or nothing ever.</summary>
    internal void Leave(EnteredCall call)
    {
        if (call.Crash is not null)
        {
            Die();
        }

        ThrowIfFailed(call);
    }

    /// <summary>Fails a call that has no effect when it fails.</summary>
    internal static void ThrowIfFailed(EnteredCall call)
    {
        if (call.Fault is { } fault)
        {
            // A sync that failed is the disk's end, for whatever reason it failed.
            var isSync = call.Call.Kind is FileCallKind.Sync or FileCallKind.SyncData or FileCallKind.SyncDirectory;
            throw Failed(
                isSync ? FileFailure.Device : fault.Failure,
                NameOf(call.Call.Kind),
                call.Call.Path,
                $"a fault was laid: {fault.Failure}");
        }
    }

    /// <summary>Ends a process that lives on after its crash.</summary>
    internal void ThrowIfDead()
    {
        if (IsDead)
        {
            throw new SimulatedCrashException("the process that used this file system is dead");
        }
    }

    /// <summary>Draws for one call: the same for the same disk and call.</summary>
    internal Prng DrawOf(EnteredCall call) => new(_seed + (ulong)call.Call.Number);

    /// <summary>How many of the bytes there is room for.</summary>
    internal int Fitting(StoredFile file, long offset, int length)
    {
        if (CapacityBytes == long.MaxValue)
        {
            return length;
        }

        var room = Math.Max(0, CapacityBytes - UsedBytes);
        while (length > 0 && file.Live.Demand(offset, length) > room)
        {
            // Back to the last boundary of a page.
            length = Math.Max(0, (int)(((offset + length - 1) / FilePages.PageBytes * FilePages.PageBytes) - offset));
        }

        return length;
    }

    private static string NameOf(FileCallKind kind) => kind switch
    {
        FileCallKind.SyncData => "fdatasync",
        FileCallKind.Sync or FileCallKind.SyncDirectory => "fsync",
        FileCallKind.SetLength => "ftruncate",
        FileCallKind.CreateDirectory => "mkdir",
        FileCallKind.DeleteFile => "unlink",
        FileCallKind.DeleteDirectory => "rmdir",
        FileCallKind.Exists => "stat",
        FileCallKind.TryLock => "lock",
        FileCallKind.Open => "open",
        FileCallKind.Read => "read",
        FileCallKind.Write => "write",
        FileCallKind.Rename => "rename",
        _ => "list",
    };

    private FileFault? TakeFault(FileCall call)
    {
        FileFault? hit = null;
        for (var i = 0; i < _faults.Count; i++)
        {
            var (fault, left) = _faults[i];
            if (fault.Kind != call.Kind || !call.Path.Contains(fault.PathPart, StringComparison.Ordinal))
            {
                continue;
            }

            _faults[i] = (fault, left - 1);
            hit ??= left == 1 || (left < 1 && fault.IsLasting) ? fault : null;
        }

        return hit;
    }

    private void Die()
    {
        IsDead = true;
        throw new SimulatedCrashException("the process dies here, as planned");
    }
}
