namespace Sampan.Simulation.Checks;

/// <summary>
/// Linearizability of one register whose writes are ordered by their index in the log: in real time nothing goes back.
/// Each call gives the mark it saw when it was invoked; a call that began after another one ended must not be behind
/// it.
/// </summary>
internal sealed class RegisterChecker
{
    private ulong _highestEnded;

    /// <summary>The mark for a call that is invoked now: the highest index that an ended call has shown.</summary>
    public ulong Mark => _highestEnded;

    /// <summary>A write ended that took its place at an index; returns what is wrong with that.</summary>
    public string? WriteEnded(ulong mark, ulong index)
    {
        _highestEnded = Math.Max(_highestEnded, index);
        return index > mark ? null : $"it took place {index}, though {mark} had been shown before it was invoked";
    }

    /// <summary>A read ended that saw the write at an index (0: none); returns what is wrong with that.</summary>
    public string? ReadEnded(ulong mark, ulong index)
    {
        _highestEnded = Math.Max(_highestEnded, index);
        return index >= mark
            ? null
            : $"it saw the write at {index}, though {mark} had been shown before it was invoked";
    }
}
