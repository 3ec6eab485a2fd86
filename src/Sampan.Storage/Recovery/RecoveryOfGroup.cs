using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Storage.Recovery;

/// <summary>A group whose majority is to be given up, as this store holds it, and what becomes of it.</summary>
public sealed record RecoveryOfGroup
{
    /// <summary>What the log holds of it.</summary>
    public required RecoveredGroup Found { get; init; }

    /// <summary>
    /// The newest configuration, committed or not, and the index of its entry; 0: that of the bootstrap.
    /// </summary>
    public required ConfigurationEntry Configuration { get; init; }

    /// <summary>What becomes of it.</summary>
    public required RecoveryVerdict Verdict { get; init; }

    /// <summary>Why it is refused, as a sentence without its end; empty if it is not.</summary>
    public required string Refusal { get; init; }

    /// <summary>
    /// The last entry that this store holds. Of several stores that are left, the one whose last entry has the highest
    /// term, and among those the highest index, holds everything that the others do.
    /// </summary>
    public LogId Last => Found.TermRuns.Count == 0
        ? Found.Base
        : new LogId(Found.TermRuns[^1].Term, Found.LastIndex);

    /// <summary>
    /// Entries that are not known here to be committed. They may have been acknowledged, so a recovery keeps them.
    /// </summary>
    public ulong UncommittedEntries => Found.LastIndex - Math.Min(Found.LastIndex, KnownCommit);

    private ulong KnownCommit
    {
        get
        {
            var commit = Math.Max(Found.HardState.Commit, Found.Base.Index);
            foreach (var snapshot in Found.Snapshots)
            {
                commit = Math.Max(commit, snapshot.Last.Index);
            }

            return commit;
        }
    }
}
