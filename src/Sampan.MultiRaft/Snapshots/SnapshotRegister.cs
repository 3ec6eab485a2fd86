using Sampan.Model;

namespace Sampan.MultiRaft.Snapshots;

/// <summary>
/// The marked snapshots of each group. Two are kept, so that a damaged newest one costs a longer replay and not the
/// store (E3).
/// </summary>
internal sealed class SnapshotRegister
{
    private const int KeptMax = 2;

    private readonly Dictionary<GroupId, List<LogId>> _kept = [];

    /// <summary>Whether a snapshot is marked and kept.</summary>
    public bool IsKept(GroupId group, LogId last) => _kept.TryGetValue(group, out var kept) && kept.Contains(last);

    /// <summary>A snapshot is marked; returns those that are kept no longer.</summary>
    public IReadOnlyList<LogId> Keep(GroupId group, LogId last)
    {
        if (!_kept.TryGetValue(group, out var kept))
        {
            kept = [];
            _kept.Add(group, kept);
        }

        if (kept.Contains(last))
        {
            return [];
        }

        kept.Add(last);
        kept.Sort();
        var superseded = kept.Take(Math.Max(0, kept.Count - KeptMax)).ToArray();
        kept.RemoveRange(0, superseded.Length);
        return superseded;
    }

    /// <summary>A group is gone.</summary>
    public void Forget(GroupId group) => _kept.Remove(group);
}
