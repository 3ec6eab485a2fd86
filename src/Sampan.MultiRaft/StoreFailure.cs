namespace Sampan.MultiRaft;

/// <summary>Why a store cannot go on.</summary>
public sealed class StoreFailure
{
    internal StoreFailure(string worker, Exception cause)
    {
        Worker = worker;
        Cause = cause;
    }

    /// <summary>The worker that failed first.</summary>
    public string Worker { get; }

    /// <summary>What it threw: a disk that can no longer be trusted, an impossible state.</summary>
    public Exception Cause { get; }
}
