namespace Sampan.Engine;

/// <summary>
/// How many views of an engine are still read. The writer adds, any thread removes. Why the writer may change shared
/// nodes in place once there is none: 1. a reader disposes its view after its last read; 2. the decrement is a full
/// fence, and so is the writer's look at it; 3. only the writer makes views, so zero stays zero until it makes one.
/// </summary>
internal sealed class LiveViews
{
    private int _count;

    /// <summary>Whether somebody may be reading a view.</summary>
    public bool Any => Interlocked.CompareExchange(ref _count, 0, 0) != 0;

    /// <summary>One more.</summary>
    public void Add() => Interlocked.Increment(ref _count);

    /// <summary>One less.</summary>
    public void Remove() => Interlocked.Decrement(ref _count);
}
