namespace Sampan.Model;

/// <summary>How a change passes through the joint state.</summary>
public enum MembershipTransition : byte
{
    /// <summary>As the change needs: joint if voters change, left automatically.</summary>
    Auto = 0,

    /// <summary>Always joint, left automatically.</summary>
    JointImplicit = 1,

    /// <summary>Always joint, left only by an empty change.</summary>
    JointExplicit = 2,
}
