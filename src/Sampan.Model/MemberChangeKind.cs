namespace Sampan.Model;

/// <summary>What happens to one member.</summary>
public enum MemberChangeKind : byte
{
    /// <summary>It becomes a voter: added, or promoted from learner.</summary>
    AddVoter = 0,

    /// <summary>It becomes a learner: added, or demoted from voter.</summary>
    AddLearner = 1,

    /// <summary>It leaves the group for ever.</summary>
    Remove = 2,

    /// <summary>Its priority, store or incarnation changes; its part does not.</summary>
    Update = 3,
}
