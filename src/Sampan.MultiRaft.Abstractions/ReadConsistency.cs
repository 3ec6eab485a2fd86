namespace Sampan.MultiRaft.Abstractions;

/// <summary>How fresh a read must be.</summary>
public enum ReadConsistency : byte
{
    /// <summary>As if executed at one moment between request and answer.</summary>
    Linearizable = 0,

    /// <summary>Some earlier state of this store; needs neither leader nor quorum.</summary>
    Local = 1,
}
