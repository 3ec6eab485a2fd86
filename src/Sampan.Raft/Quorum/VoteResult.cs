namespace Sampan.Raft.Quorum;

/// <summary>What the ballots known so far decide.</summary>
internal enum VoteResult : byte
{
    /// <summary>Ballots that are still missing can decide either way.</summary>
    Pending = 0,

    /// <summary>A quorum granted.</summary>
    Won = 1,

    /// <summary>No quorum can grant any more, whatever the missing ballots say.</summary>
    Lost = 2,
}
