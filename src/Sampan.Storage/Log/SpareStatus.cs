namespace Sampan.Storage.Log;

/// <summary>How it stands with the spare segments.</summary>
public enum SpareStatus
{
    /// <summary>Enough are ready.</summary>
    Ready = 0,

    /// <summary>A step was done; call again.</summary>
    Working = 1,

    /// <summary>
    /// The disk is full; what was begun is deleted. Appending goes on while spares last, and they are spared.
    /// </summary>
    NoSpace = 2,
}
