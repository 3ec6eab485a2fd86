using Sampan.Base;
using Sampan.Model;

namespace Sampan.Raft.Membership;

/// <summary>
/// From one configuration to the next (dissertation, 4.3). Whatever it lets through keeps the two configurations'
/// quorums overlapping; it knows nothing of logs, so that whoever calls it must see to it that one change follows the
/// other only after that is committed.
/// </summary>
internal static class ConfigurationChanger
{
    /// <summary>Changes at most one voter, and any number of learners, in one step.</summary>
    public static ChangeResult Simple(Configuration current, IReadOnlyList<MemberChange> steps)
    {
        if (current.IsJoint)
        {
            return ChangeResult.Refused("can't apply simple config change in joint config");
        }

        var draft = new ConfigurationDraft(current, entersJoint: false);
        ApplyAll(draft, steps);
        if (RefusalOf(draft) is { } refusal)
        {
            return ChangeResult.Refused(refusal);
        }

        // Two majorities that differ by one voter share a member; with two voters they need not (dissertation, 4.1).
        return draft.ChangedVoters(current) > 1
            ? ChangeResult.Refused("more than one voter changed without entering joint config")
            : ChangeResult.To(draft.Build(autoLeave: false));
    }

    /// <summary>Keeps the present voters as the outgoing half and applies the steps to the incoming one.</summary>
    public static ChangeResult EnterJoint(Configuration current, IReadOnlyList<MemberChange> steps, bool autoLeave)
    {
        if (current.IsJoint)
        {
            return ChangeResult.Refused("config is already joint");
        }

        if (current.Voters.Length == 0)
        {
            // An empty outgoing half agrees to everything, so this would be a joint state in name only.
            return ChangeResult.Refused("can't make a zero-voter config joint");
        }

        var draft = new ConfigurationDraft(current, entersJoint: true);
        ApplyAll(draft, steps);
        return RefusalOf(draft) is { } refusal
            ? ChangeResult.Refused(refusal)
            : ChangeResult.To(draft.Build(autoLeave));
    }

    /// <summary>Gives up the outgoing half.</summary>
    public static ChangeResult LeaveJoint(Configuration current)
    {
        if (!current.IsJoint)
        {
            return ChangeResult.Refused("can't leave a non-joint config");
        }

        var draft = new ConfigurationDraft(current, entersJoint: false);
        draft.LeaveJoint();
        return ChangeResult.To(draft.Build(autoLeave: false));
    }

    /// <summary>
    /// Applies a change the way it asks for. With <see cref="MembershipTransition.Auto"/> an empty change leaves a
    /// joint state, and the joint state is used where <paramref name="alwaysJoint"/> asks for it (any voter changes) or
    /// where the change needs it (more than one does).
    /// </summary>
    public static ChangeResult Apply(Configuration current, MembershipChange change, bool alwaysJoint)
    {
        switch (change.Transition)
        {
            case MembershipTransition.JointImplicit:
                return EnterJoint(current, change.Steps, autoLeave: true);
            case MembershipTransition.JointExplicit:
                return EnterJoint(current, change.Steps, autoLeave: false);
            case MembershipTransition.Auto:
                break;
            default:
                Invariant.Unreachable("a transition that nobody defined");
                break;
        }

        if (change.Steps.Count == 0)
        {
            return LeaveJoint(current);
        }

        var draft = new ConfigurationDraft(current, entersJoint: false);
        ApplyAll(draft, change.Steps);
        return draft.ChangedVoters(current) > (alwaysJoint ? 0 : 1)
            ? EnterJoint(current, change.Steps, autoLeave: true)
            : Simple(current, change.Steps);
    }

    private static string? RefusalOf(ConfigurationDraft draft) => draft.VoterCount == 0 ? "removed all voters"
        : draft.Rebinds ? "a bound member keeps its store and incarnation until it is removed"
        : draft.MemberCount > Configuration.MembersMax
            ? $"a group has {Configuration.MembersMax} members at most"
        : null;

    private static void ApplyAll(ConfigurationDraft draft, IReadOnlyList<MemberChange> steps)
    {
        foreach (var step in steps)
        {
            draft.Apply(step);
        }
    }
}
