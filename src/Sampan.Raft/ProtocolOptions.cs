namespace Sampan.Raft;

/// <summary>
/// Parts of the protocol that the public surface fixes at their defaults, and that the core's own tests vary so that
/// scenarios written for other cores can run.
/// </summary>
internal sealed record ProtocolOptions
{
    /// <summary>Ask before campaigning (dissertation, 9.6).</summary>
    public bool PreVote { get; init; } = true;

    /// <summary>
    /// A leader that hears no quorum steps down, and contact with a leader is a reason to refuse votes.
    /// </summary>
    public bool CheckQuorum { get; init; } = true;

    /// <summary>
    /// Where <see cref="CheckQuorum"/> is on: contact with a leader is a reason to refuse votes. Leases rest on it.
    /// </summary>
    public bool Stickiness { get; init; } = true;

    /// <summary>Every change of voters passes through the joint state, also of one.</summary>
    public bool AlwaysJoint { get; init; } = true;

    /// <summary>A leader that is no voter of the committed configuration hands over and steps down.</summary>
    public bool StepDownOnRemoval { get; init; } = true;

    /// <summary>
    /// Where <see cref="StepDownOnRemoval"/> is on: it leads on until its successor is elected, and helps it by
    /// TimeoutNow; off: it steps down at once.
    /// </summary>
    public bool HandOverOnRemoval { get; init; } = true;

    /// <summary>Refuse changes that are not possible now, rather than append them.</summary>
    public bool Validation { get; init; } = true;
}
