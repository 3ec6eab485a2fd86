namespace Sampan.Model;

/// <summary>
/// Several changes of members that take effect together. An empty change leaves a joint state that does not leave by
/// itself.
/// </summary>
public sealed class MembershipChange
{
    /// <summary>A change of these steps, applied in order.</summary>
    public MembershipChange(
        IEnumerable<MemberChange> steps, MembershipTransition transition = MembershipTransition.Auto)
    {
        Steps = [.. steps];
        Transition = transition;
    }

    /// <summary>The steps in order.</summary>
    public IReadOnlyList<MemberChange> Steps { get; }

    /// <summary>How the joint state is used.</summary>
    public MembershipTransition Transition { get; }

    /// <summary>Adds, or promotes, one voter.</summary>
    public static MembershipChange AddVoter(Member member) =>
        new([new MemberChange(MemberChangeKind.AddVoter, member)]);

    /// <summary>Adds, or demotes to, one learner.</summary>
    public static MembershipChange AddLearner(Member member) =>
        new([new MemberChange(MemberChangeKind.AddLearner, member)]);

    /// <summary>Removes one member.</summary>
    public static MembershipChange Remove(ReplicaId replica) =>
        new([new MemberChange(MemberChangeKind.Remove, new Member(replica, default))]);

    /// <summary>Changes what is known of one member, not its part.</summary>
    public static MembershipChange Update(Member member) => new([new MemberChange(MemberChangeKind.Update, member)]);
}
