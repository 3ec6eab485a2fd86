namespace Sampan.Raft.Tests.Conformance;

/// <summary>
/// When things happen that a scenario cannot see but counts on. The first is how our core is used; the others come
/// closer to CCF and are only tried where the first rightly ended otherwise.
/// </summary>
internal enum CcfPacing
{
    /// <summary>Appends leave when there are entries; the joint state is left by itself.</summary>
    Ours,

    /// <summary>Appends wait for the leader's next period, as in CCF.</summary>
    AppendsAtPeriods,

    /// <summary>The joint state is left at the leader's next period.</summary>
    LeavesAtPeriods,
}
