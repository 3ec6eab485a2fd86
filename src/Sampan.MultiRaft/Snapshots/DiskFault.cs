using System.Runtime.ExceptionServices;
using Sampan.Base;

namespace Sampan.MultiRaft.Snapshots;

/// <summary>
/// What the store's disk threw first at a user's state machine that read or wrote a snapshot: it is neither taken for
/// the machine's failure, nor lost where the machine catches it. A call that storage refuses (an argument, an order) is
/// the machine's own.
/// </summary>
internal sealed class DiskFault
{
    private ExceptionDispatchInfo? _first;

    /// <summary>Storage threw this.</summary>
    public void Note(Exception exception)
    {
        if (exception is not (ArgumentException or InvalidOperationException or InvariantViolationException))
        {
            _first ??= ExceptionDispatchInfo.Capture(exception);
        }
    }

    /// <summary>Throws what the disk threw, if it did.</summary>
    public void ThrowIfAny() => _first?.Throw();
}
