namespace Sampan.Server.Options;

/// <summary>One setting of a server: its name as a flag without the dashes, its default, and what it is.</summary>
public sealed record Setting
{
    /// <summary>Its name, etcd's where the notion is the same.</summary>
    public required string Name { get; init; }

    /// <summary>What holds where nobody says anything; empty where it follows from other settings.</summary>
    public required string Default { get; init; }

    /// <summary>What it is, in a line.</summary>
    public required string Help { get; init; }

    /// <summary>The environment variable that sets it.</summary>
    public string Variable => Settings.Prefix + Upper;

    /// <summary>etcd's variable for it, which counts where <see cref="Variable"/> says nothing.</summary>
    public string EtcdVariable => "ETCD_" + Upper;

    private string Upper => Name.Replace('-', '_').ToUpperInvariant();
}
