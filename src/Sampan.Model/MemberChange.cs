namespace Sampan.Model;

/// <summary>One step of a <see cref="MembershipChange"/>.</summary>
public readonly record struct MemberChange(MemberChangeKind Kind, Member Member);
