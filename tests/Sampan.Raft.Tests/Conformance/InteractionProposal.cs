using System.Text;
using Sampan.Base;
using Sampan.Model;

namespace Sampan.Raft.Tests.Conformance;

/// <summary>
/// Something a script proposes: a command, or a change of members. Kept whole, since it may have to wait, or to travel
/// to the leader, before it gets its place in a log.
/// </summary>
internal sealed class InteractionProposal
{
    private readonly MembershipChange? _change;

    private InteractionProposal(MembershipChange? change, string words)
    {
        _change = change;
        Words = words;
    }

    /// <summary>Whether it is a change of members.</summary>
    public bool IsChange => _change is not null;

    /// <summary>The command, or how the scripts write the change.</summary>
    public string Words { get; }

    /// <summary>A command.</summary>
    public static InteractionProposal Command(string payload) => new(null, payload);

    /// <summary>The change that a directive describes.</summary>
    public static InteractionProposal Change(Directive directive)
    {
        var steps = directive.Input.SelectMany(MemberSteps.Parse).ToArray();
        var transition = directive.Values("transition").SingleOrDefault("auto") switch
        {
            "implicit" => MembershipTransition.JointImplicit,
            "explicit" => MembershipTransition.JointExplicit,
            // In the scripts several steps always pass through the joint state, here only several voters do.
            "auto" => steps.Length > 1 ? MembershipTransition.JointImplicit : MembershipTransition.Auto,
            var other => throw new FormatException($"{directive}: transition '{other}' is not known."),
        };
        var type = directive.IsTrue("v1") ? "EntryConfChange" : "EntryConfChangeV2";
        var words = string.Join(' ', directive.Input.Prepend(type));
        return new InteractionProposal(new MembershipChange(steps, transition), words);
    }

    /// <summary>Proposes it.</summary>
    public ProposeStatus ProposeTo(RaftReplica replica)
    {
        if (_change is not null)
        {
            return replica.ProposeChange(_change);
        }

        return replica.Propose([new Proposal(Encoding.UTF8.GetBytes(Words), TimeTicks: 0)], out _);
    }
}
