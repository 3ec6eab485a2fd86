namespace Sampan.Raft.Tests.Conformance;

/// <summary>
/// What an entry of ours is in a CCF log. Entries of ours that CCF does not have are of none of these kinds.
/// </summary>
internal enum CcfEntryKind
{
    /// <summary>A configuration.</summary>
    Configuration,

    /// <summary>A signature; only signatures, and all before them, can be committed in CCF.</summary>
    Signature,

    /// <summary>Anything else.</summary>
    Other,
}
