using System.Collections.Concurrent;

namespace Sampan.MultiRaft.Doors;

/// <summary>Requests that are not in use. Bounded, so that a burst does not stay in memory.</summary>
internal sealed class PendingRequestPool
{
    private const int KeptMax = 4096;

    private readonly ConcurrentQueue<PendingRequest> _free = new();

    /// <summary>A request that nobody holds.</summary>
    public PendingRequest Rent() => _free.TryDequeue(out var request) ? request : new PendingRequest(this);

    /// <summary>Takes back a request that nobody holds any more.</summary>
    public void Return(PendingRequest request)
    {
        if (_free.Count < KeptMax)
        {
            _free.Enqueue(request);
        }
    }
}
