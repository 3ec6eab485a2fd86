namespace Sampan.Grpc.Serving;

/// <summary>Counts the calls that have not ended, up to a bound. Any thread.</summary>
internal sealed class CallsUnderWay(int most)
{
    private int _count;

    /// <summary>A call begins; false: there are too many.</summary>
    public bool TryBegin()
    {
        var isWithin = Interlocked.Increment(ref _count) <= most;
        if (!isWithin)
        {
            End();
        }

        return isWithin;
    }

    /// <summary>A call has ended.</summary>
    public void End() => Interlocked.Decrement(ref _count);
}
