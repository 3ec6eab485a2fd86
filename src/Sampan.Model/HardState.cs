namespace Sampan.Model;

/// <summary>
/// What a replica must never forget: term and vote, one atomic record, durable before any message that claims them
/// leaves; and the commit index, which rides along and may be older than the truth.
/// </summary>
public readonly record struct HardState(ulong Term, ReplicaId Vote, ulong Commit)
{
    /// <inheritdoc/>
    public override string ToString() => $"term {Term} vote {Vote} commit {Commit}";
}
