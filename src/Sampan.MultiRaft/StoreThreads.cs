namespace Sampan.MultiRaft;

/// <summary>Which workers of a store share a thread.</summary>
public sealed record StoreThreads
{
    /// <summary>How many group workers there are; groups are spread over them by id.</summary>
    public int GroupWorkers { get; init; } = 1;

    /// <summary>
    /// Whether the (first) group worker, the apply worker and the log writer share a thread, in this order: on few
    /// cores a put then costs few wake-ups.
    /// </summary>
    public bool IsFused { get; init; } = true;

    /// <summary>How long the apply worker works before it lets others on its thread run.</summary>
    public TimeSpan ApplySlice { get; init; } = TimeSpan.FromMicroseconds(100);

    /// <summary>Throws <see cref="ArgumentException"/> naming the setting, its value and what is allowed.</summary>
    public void Validate()
    {
        Require(GroupWorkers is >= 1 and <= 64, nameof(GroupWorkers), $"{GroupWorkers}", "from 1 to 64");
        Require(ApplySlice > TimeSpan.Zero, nameof(ApplySlice), $"{ApplySlice}", "above 0");
    }

    private static void Require(bool condition, string setting, string value, string allowed)
    {
        if (!condition)
        {
            throw new ArgumentException($"{setting} is {value}; it must be {allowed}.", setting);
        }
    }
}
