namespace Sampan.Model;

/// <summary>A configuration and the index of the log entry that brought it (0: the bootstrap mark).</summary>
public readonly record struct ConfigurationEntry(ulong Index, Configuration Configuration)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Configuration} at {Index}";
}
