using System.Diagnostics.CodeAnalysis;
using Sampan.Model;

namespace Sampan.Raft.Membership;

/// <summary>
/// How a change of a configuration came out. Invariant: exactly one of <paramref name="Configuration"/> and
/// <paramref name="Error"/> is set.
/// </summary>
internal readonly record struct ChangeResult(Configuration? Configuration, string? Error)
{
    /// <summary>Whether there is a new configuration.</summary>
    [MemberNotNullWhen(true, nameof(Configuration))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool Succeeded => Configuration is not null;

    /// <summary>The change is possible and leads to <paramref name="configuration"/>.</summary>
    public static ChangeResult To(Configuration configuration) => new(configuration, null);

    /// <summary>The change is not possible; the reason is for people.</summary>
    public static ChangeResult Refused(string error) => new(null, error);
}
