using Sampan.Base;
using Sampan.Model;

namespace Sampan.MultiRaft.Peers;

/// <summary>
/// Whether enough of the other initial voters have recorded this store (consensus.md, identity). Together with the
/// quorums of Raft the number makes sure that a store which lost its disk, and returns as a new one, is never taken for
/// its former self, even where a minority of the stores that recorded it lost theirs too.
/// </summary>
/// <remarks>
/// Groups with the same other voters share one requirement: many groups on few stores cost little. Invariant: a group
/// is in at most one requirement, and no requirement is without groups.
/// </remarks>
internal sealed class Admission
{
    private readonly List<Requirement> _open = [];

    /// <summary>Whether some group waits.</summary>
    public bool IsWaiting => _open.Count > 0;

    /// <summary>The groups that wait.</summary>
    public IEnumerable<GroupId> Groups => _open.SelectMany(requirement => requirement.Groups);

    /// <summary>How many of so many other initial voters must have recorded a store: three quarters.</summary>
    public static int Needed(int others) => ((3 * others) + 3) / 4;

    /// <summary>A group was bootstrapped with these other voters; a second time changes nothing.</summary>
    public void Require(GroupId group, StoreId[] others)
    {
        Invariant.Holds(!Groups.Contains(group) || Find(others)?.Groups.Contains(group) == true);
        var requirement = Find(others);
        if (requirement is null)
        {
            requirement = new Requirement(others);
            _open.Add(requirement);
        }

        requirement.Groups.Add(group);
    }

    /// <summary>A group waits no longer: its members are bound, or it is gone.</summary>
    public void Settle(GroupId group)
    {
        foreach (var requirement in _open)
        {
            requirement.Groups.Remove(group);
        }

        _open.RemoveAll(requirement => requirement.Groups.Count == 0);
    }

    /// <summary>This store was admitted: nothing is asked any more.</summary>
    public void Close() => _open.Clear();

    /// <summary>Whether every requirement is met by these stores.</summary>
    public bool IsMet(IReadOnlySet<StoreId> recordedBy) => _open.TrueForAll(
        requirement => Count(requirement, recordedBy) >= Needed(requirement.Others.Length));

    /// <summary>What is missing, as a sentence; null if nothing is.</summary>
    public string? Explain(StoreId self, IReadOnlySet<StoreId> recordedBy)
    {
        var missing = _open.Find(
            requirement => Count(requirement, recordedBy) < Needed(requirement.Others.Length));
        if (missing is null)
        {
            return null;
        }

        var silent = missing.Others.Where(store => !recordedBy.Contains(store));
        return $"store {self} takes no part in group {missing.Groups.Min} and others yet: "
            + $"{Count(missing, recordedBy)} of at least {Needed(missing.Others.Length)} other initial voters have "
            + $"recorded it; not heard of: store {string.Join(", store ", silent)}";
    }

    private Requirement? Find(StoreId[] others) =>
        _open.Find(requirement => requirement.Others.AsSpan().SequenceEqual(others));

    private static int Count(Requirement requirement, IReadOnlySet<StoreId> recordedBy) =>
        requirement.Others.Count(recordedBy.Contains);

    private sealed class Requirement(StoreId[] others)
    {
        public StoreId[] Others { get; } = others;

        public SortedSet<GroupId> Groups { get; } = [];
    }
}
