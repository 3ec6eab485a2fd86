namespace Sampan.MultiRaft.Abstractions;

/// <summary>What is known of a request that failed.</summary>
public enum RequestOutcome : byte
{
    /// <summary>It did not take effect and never will.</summary>
    NotApplied = 0,

    /// <summary>It may have taken effect, or may yet.</summary>
    Unknown = 1,
}
