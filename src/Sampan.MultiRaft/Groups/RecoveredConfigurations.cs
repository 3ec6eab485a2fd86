using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.MultiRaft.Groups;

/// <summary>
/// What a store knows at start of a group's configurations, and up to where it is known to be committed: nothing is
/// guessed (I-30).
/// </summary>
/// <remarks>
/// <para>A marked snapshot covers what was applied here, or was accepted from a leader. So 1. everything up to its last
/// entry is committed, whatever commit index was stored; and 2. between its configuration and its last entry there is
/// no other one. Hence it knows the configuration in force at the log's base if its configuration is at or below the
/// base, and its last entry at or above.</para>
/// <para>Where no mark does, the base lies below every configuration that is known: a requested snapshot took the place
/// of all older marks and the log stayed, or an older version compacted too far. The log holds all configuration
/// entries above its base, so the first one known is the first one above it, and it is committed, by 1. Below it nobody
/// asks: what is committed is not truncated, and quorums are of the newest one, or of the newest committed
/// one.</para>
/// </remarks>
internal static class RecoveredConfigurations
{
    /// <summary>
    /// Up to here the group is known to be committed. Throws <see cref="StorageDamagedException"/> for a log that was
    /// compacted without any mark of a snapshot.
    /// </summary>
    public static ulong CommitOf(RecoveredGroup found)
    {
        if (found.Base.Index > 0 && found.Snapshots.Count == 0)
        {
            throw new StorageDamagedException(
                $"the log of group {found.Group} begins behind {found.Base}, and no snapshot of it was ever marked: "
                + "the log lost what it repeats of the group");
        }

        var commit = Math.Max(found.HardState.Commit, found.Base.Index);
        foreach (var snapshot in found.Snapshots)
        {
            // One behind the log's end is of no use (E7), and says nothing that could be checked.
            commit = snapshot.Last.Index <= found.LastIndex ? Math.Max(commit, snapshot.Last.Index) : commit;
        }

        return commit;
    }

    /// <summary>
    /// The configurations from the one in force at the log's base on, or from the first one that is known; ascending,
    /// never none. Throws as <see cref="CommitOf"/> does.
    /// </summary>
    public static IReadOnlyList<ConfigurationEntry> Of(RecoveredGroup found)
    {
        var commit = CommitOf(found);
        var known = new SortedDictionary<ulong, ConfigurationEntry>();
        if (found.Base.Index == 0)
        {
            known.Add(0, new ConfigurationEntry(0, found.Bootstrap ?? Configuration.Empty));
        }

        foreach (var snapshot in found.Snapshots)
        {
            if (snapshot.Last.Index >= found.Base.Index && snapshot.Last.Index <= found.LastIndex)
            {
                known[snapshot.Configuration.Index] = snapshot.Configuration;
            }
        }

        foreach (var entry in found.Configurations)
        {
            known[entry.Index] = entry;
        }

        // Of those at or below the base the newest was in force there.
        var atBase = known.Keys.LastOrDefault(index => index <= found.Base.Index);
        var all = known.Values.Where(entry => entry.Index >= atBase).ToArray();
        Invariant.Holds(all.Length > 0);
        Invariant.Holds(all[0].Index <= commit, all[0].Index, commit);
        return all;
    }

    /// <summary>The newest one that is committed and is not only a bootstrap mark's; null if there is none.</summary>
    public static Configuration? CommittedOf(RecoveredGroup found)
    {
        var commit = CommitOf(found);
        return Of(found).LastOrDefault(entry => entry.Index > 0 && entry.Index <= commit).Configuration;
    }
}
