namespace Sampan.Linearizability.Models;

/// <summary>What is known of the store of a <see cref="RevisionedKvChecker"/>.</summary>
/// <param name="InitialRevision">Its revision before the first operation; etcd starts at 1.</param>
/// <param name="MayHaveGaps">
/// Whether somebody else writes too, so that revisions may be missing from the history. If not, each that is missing
/// must be that of a change without an answer.
/// </param>
public readonly record struct RevisionedRules(long InitialRevision = 0, bool MayHaveGaps = false);
