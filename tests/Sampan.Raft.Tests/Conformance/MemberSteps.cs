using System.Globalization;
using Sampan.Model;

namespace Sampan.Raft.Tests.Conformance;

/// <summary>
/// The short form of member changes: <c>v1</c> voter, <c>l2</c> learner, <c>r3</c> remove, <c>u4</c> update.
/// </summary>
internal static class MemberSteps
{
    /// <summary>Reads one line of steps; the members carry no store.</summary>
    public static IEnumerable<MemberChange> Parse(string line) =>
        line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Step);

    private static MemberChange Step(string text)
    {
        var kind = text[0] switch
        {
            'v' => MemberChangeKind.AddVoter,
            'l' => MemberChangeKind.AddLearner,
            'r' => MemberChangeKind.Remove,
            'u' => MemberChangeKind.Update,
            _ => throw new FormatException($"'{text}' is no member change."),
        };
        var replica = new ReplicaId(ulong.Parse(text.AsSpan(1), CultureInfo.InvariantCulture));
        return new MemberChange(kind, new Member(replica, default));
    }
}
