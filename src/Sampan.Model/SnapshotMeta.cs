namespace Sampan.Model;

/// <summary>
/// What the log needs to know of a snapshot: position, configuration in force there, and the time of the last entry it
/// covers, one value that is read and written as a whole.
/// </summary>
public sealed class SnapshotMeta
{
    /// <summary>Describes a snapshot that covers the log up to and including <paramref name="last"/>.</summary>
    public SnapshotMeta(LogId last, ConfigurationEntry configuration, long timeTicks)
    {
        Last = last;
        Configuration = configuration;
        TimeTicks = timeTicks;
    }

    /// <summary>The last entry it covers.</summary>
    public LogId Last { get; }

    /// <summary>The newest configuration at or below <see cref="Last"/>, and the index of its entry.</summary>
    public ConfigurationEntry Configuration { get; }

    /// <summary>Time stamp of the last entry it covers (see <see cref="Entry.TimeTicks"/>).</summary>
    public long TimeTicks { get; }

    /// <inheritdoc/>
    public override string ToString() => $"snapshot {Last} {Configuration}";
}
