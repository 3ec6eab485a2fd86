using Sampan.Etcd.Machine;
using Sampan.Protocol.Etcd;

namespace Sampan.Etcd;

/// <summary>
/// Whether the data has grown beyond its quota. It is looked at from time to time while puts come, so what is under way
/// may go somewhat beyond; and it is not beyond any more as soon as there is space again. Any thread.
/// </summary>
internal sealed class EtcdQuota
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly EtcdDoor _door;
    private readonly TimeProvider _time;

    // Guards the fields below.
    private readonly Lock _gate = new();
    private long _lookedAt;
    private bool _isExceeded;

    /// <summary>A quota of the data behind this door.</summary>
    public EtcdQuota(EtcdDoor door, TimeProvider time)
    {
        _door = door;
        _time = time;
        _lookedAt = time.GetTimestamp();
    }

    /// <summary>Whether there is too much, looked at now.</summary>
    public async ValueTask<bool> LookAsync(CancellationToken cancellation)
    {
        var isExceeded = await IsOverAsync(cancellation).ConfigureAwait(false);
        if (isExceeded)
        {
            // While puts are refused nothing may be applied that would take a compaction further.
            await _door.FinishCompactionAsync(cancellation).ConfigureAwait(false);
            isExceeded = await IsOverAsync(cancellation).ConfigureAwait(false);
        }

        // The gate of what was seen.
        lock (_gate)
        {
            _isExceeded = isExceeded;
        }

        return isExceeded;
    }

    /// <summary>Refuses a request that adds data while there is too much.</summary>
    public async ValueTask AdmitAsync(CancellationToken cancellation)
    {
        if (IsDue(out var isExceeded))
        {
            isExceeded = await LookAsync(cancellation).ConfigureAwait(false);
        }

        if (isExceeded)
        {
            throw EtcdErrors.NoSpace;
        }
    }

    private async ValueTask<bool> IsOverAsync(CancellationToken cancellation)
    {
        var bytes = await _door.ReadOwnAsync(EtcdQueryKind.Status, cancellation).ConfigureAwait(false);
        return EtcdDoor.Parse(StatusResponse.Parser, bytes).DbSize > _door.Options.QuotaBytes;
    }

    private bool IsDue(out bool isExceeded)
    {
        var now = _time.GetTimestamp();
        // The gate of the last look.
        lock (_gate)
        {
            isExceeded = _isExceeded;
            if (_time.GetElapsedTime(_lookedAt, now) < Interval)
            {
                return false;
            }

            _lookedAt = now;
            return true;
        }
    }
}
