using Sampan.Base;

namespace Sampan.Io.Tests;

/// <summary>A worker whose calls are told to a test; it fails when it is called twice at a time.</summary>
internal sealed class ScriptedWorker(string name, Func<int, Instant> call) : IWorker
{
    private int _running;
    private int _calls;

    /// <inheritdoc/>
    public string Name => name;

    /// <summary>Calls that have returned.</summary>
    public int Calls => Volatile.Read(ref _calls);

    /// <inheritdoc/>
    public Instant RunOnce()
    {
        Invariant.Holds(Interlocked.Exchange(ref _running, 1) == 0);
        var due = call(_calls + 1);
        Interlocked.Increment(ref _calls);
        Interlocked.Exchange(ref _running, 0);
        return due;
    }
}
