using Sampan.Base;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.MultiRaft.Doors;

/// <summary>
/// The requests of a store that no worker has let go of, from their acceptance on: bounded in number and bytes, and
/// answered, each once, when the store ends (I-34). Any thread.
/// </summary>
/// <remarks>
/// Why nobody is forgotten. 1. A request is in this list before any worker can see it. 2. A worker lets go of a request
/// by the one step that takes it out, which is asserted to happen once. 3. The list is closed before it is failed, and
/// it is failed when no worker runs any more. So wherever a request is when a worker fails or stops (a mailbox, a half
/// of a round, the hands of a state machine that threw), it is here, and whoever was to answer it never comes.
/// </remarks>
internal sealed class OpenRequests
{
    private readonly StoreOptions _options;
    private readonly ICompletionQueue _completions;

    // Guards everything below, and the links of the requests; a leaf: nothing is called while it is held.
    private readonly Lock _gate = new();
    private PendingRequest? _oldest;
    private PendingRequest? _newest;
    private int _count;
    private long _bytes;
    private string? _closed;
    private bool _isFailed;

    /// <summary>An empty list.</summary>
    public OpenRequests(StoreOptions options, ICompletionQueue completions)
    {
        _options = options;
        _completions = completions;
    }

    /// <summary>How many there are.</summary>
    public int Count
    {
        get
        {
            // Guards the count; a leaf.
            lock (_gate)
            {
                return _count;
            }
        }
    }

    /// <summary>Takes a request in, or says why not. It belongs to a worker from here on.</summary>
    public RaftException? TryAdd(PendingRequest request)
    {
        // Guards the list; a leaf.
        lock (_gate)
        {
            if (_closed is not null)
            {
                return new RaftException(RaftErrorCode.Stopped, RequestOutcome.NotApplied, _closed);
            }

            var bytes = request.Payload.Length;
            if (_count >= _options.RequestsMax || (_bytes > 0 && _bytes + bytes > _options.RequestBytesMax))
            {
                return new RaftException(
                    RaftErrorCode.Busy, RequestOutcome.NotApplied, "too many requests wait at this store");
            }

            _count++;
            _bytes += bytes;
            request.Enlist(this, bytes, _newest);
            _oldest ??= request;
            _newest = request;
            return null;
        }
    }

    /// <summary>The bytes of a request are held elsewhere from now on, and bounded there.</summary>
    public void ForgetBytes(PendingRequest request)
    {
        // Guards the sum; a leaf.
        lock (_gate)
        {
            _bytes -= request.TakeBytes();
        }
    }

    /// <summary>A worker has let go of a request.</summary>
    public void Remove(PendingRequest request)
    {
        // Guards the list; a leaf.
        lock (_gate)
        {
            _count--;
            _bytes -= request.TakeBytes();
            var (older, newer) = request.Delist();
            _oldest = _oldest == request ? newer : _oldest;
            _newest = _newest == request ? older : _newest;
            Invariant.Holds(_count >= 0 && _bytes >= 0 && (_oldest is null) == (_count == 0));
        }
    }

    /// <summary>The store stops or has failed: nothing is taken in any more. Only the first reason counts.</summary>
    public void Close(string reason)
    {
        // Guards the reason; a leaf.
        lock (_gate)
        {
            _closed ??= reason;
        }
    }

    /// <summary>
    /// No worker runs any more: what is open fails as stopped, the oldest first. Returns why the list was closed, which
    /// it must be; null if this was done before.
    /// </summary>
    public string? FailAll()
    {
        string? reason;
        // Guards the reason, and whether this was done; a leaf.
        lock (_gate)
        {
            reason = _closed;
            if (_isFailed)
            {
                return null;
            }

            _isFailed = true;
        }

        Invariant.Holds(reason is not null);
        while (Oldest is { } request)
        {
            request.FailUnserved(RaftErrorCode.Stopped, reason, _completions);
        }

        return reason;
    }

    private PendingRequest? Oldest
    {
        get
        {
            // Guards the list; a leaf.
            lock (_gate)
            {
                return _oldest;
            }
        }
    }
}
