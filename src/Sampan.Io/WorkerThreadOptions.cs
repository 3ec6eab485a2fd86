namespace Sampan.Io;

/// <summary>When a call of a worker counts as slow.</summary>
public sealed record WorkerThreadOptions
{
    /// <summary>
    /// A call that lasts longer (up to half as long again) gives the other workers of its thread to another thread.
    /// Half a heartbeat interval: a slow disk must not silence the store.
    /// </summary>
    public required TimeSpan SlowCallLimit { get; init; }

    /// <summary>A call that lasts longer raises the alarm, once. One election timeout.</summary>
    public required TimeSpan StallLimit { get; init; }

    /// <summary>Refuses what cannot work.</summary>
    public void Validate()
    {
        var shortest = TimeSpan.FromMilliseconds(1);
        Require(SlowCallLimit >= shortest, nameof(SlowCallLimit), $"{SlowCallLimit}", $"{shortest} or more");
        Require(StallLimit >= SlowCallLimit, nameof(StallLimit), $"{StallLimit}", "no less than SlowCallLimit");
    }

    private static void Require(bool condition, string setting, string value, string allowed)
    {
        if (!condition)
        {
            throw new ArgumentException($"{setting} is {value}; it must be {allowed}.", setting);
        }
    }
}
