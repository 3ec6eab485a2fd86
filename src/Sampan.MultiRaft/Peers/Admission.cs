using Sampan.Base;
using Sampan.Model;

namespace Sampan.MultiRaft.Peers;

/// <summary>
/// In which groups enough of the other initial voters have recorded this store (consensus.md, identity). Together with
/// the quorums of Raft the number makes sure that a store which lost its disk, and returns as a new one, is never taken
/// for its former self, even where a minority of the stores that recorded it lost theirs too. Each group counts for
/// itself: what the voters of another group recorded says nothing of what this one may rest on (I-26).
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
    public IEnumerable<GroupId> Groups => _open.SelectMany(requirement => requirement.Groups.Keys);

    /// <summary>How many of so many other initial voters must have recorded a store: three quarters.</summary>
    public static int Needed(int others) => ((3 * others) + 3) / 4;

    /// <summary>
    /// A group was bootstrapped with this replica here and these other voters; a second time changes nothing.
    /// </summary>
    public void Require(GroupId group, ReplicaId replica, StoreId[] others)
    {
        Invariant.Holds(!Groups.Contains(group) || Find(others)?.Groups.ContainsKey(group) == true);
        var requirement = Find(others);
        if (requirement is null)
        {
            requirement = new Requirement(others);
            _open.Add(requirement);
        }

        requirement.Groups.TryAdd(group, new Waiting(replica, IsTaken: false));
    }

    /// <summary>A group waits no longer: it is admitted, its members are bound, or it is gone.</summary>
    public void Settle(GroupId group)
    {
        foreach (var requirement in _open)
        {
            requirement.Groups.Remove(group);
        }

        _open.RemoveAll(requirement => requirement.Groups.Count == 0);
    }

    /// <summary>
    /// Takes the groups that these stores are enough for: each once, though it waits until it is settled.
    /// </summary>
    public IReadOnlyList<(GroupId Group, ReplicaId Replica)> TakeMet(IReadOnlySet<StoreId> recordedBy)
    {
        var met = new List<(GroupId, ReplicaId)>();
        foreach (var requirement in _open)
        {
            if (Count(requirement, recordedBy) < Needed(requirement.Others.Length))
            {
                continue;
            }

            foreach (var (group, waiting) in requirement.Groups.Where(pair => !pair.Value.IsTaken).ToArray())
            {
                requirement.Groups[group] = waiting with { IsTaken = true };
                met.Add((group, waiting.Replica));
            }
        }

        return met;
    }

    /// <summary>What is missing, as a sentence; null if nothing is.</summary>
    public string? Explain(StoreId self, IReadOnlySet<StoreId> recordedBy)
    {
        // What is taken only waits for the disk, whoever was heard of since.
        var missing = _open.Find(requirement => requirement.Groups.Values.Any(waiting => !waiting.IsTaken));
        if (missing is null)
        {
            return null;
        }

        var silent = missing.Others.Where(store => !recordedBy.Contains(store));
        var groups = Groups.Count() == 1 ? string.Empty : " and others";
        return $"store {self} takes no part in group {missing.Groups.First().Key}{groups} yet: before that "
            + $"{Needed(missing.Others.Length)} of {missing.Others.Length} other initial voters must record it, and "
            + $"{Count(missing, recordedBy)} did; not heard of: store {string.Join(", store ", silent)}";
    }

    private Requirement? Find(StoreId[] others) =>
        _open.Find(requirement => requirement.Others.AsSpan().SequenceEqual(others));

    private static int Count(Requirement requirement, IReadOnlySet<StoreId> recordedBy) =>
        requirement.Others.Count(recordedBy.Contains);

    private sealed class Requirement(StoreId[] others)
    {
        public StoreId[] Others { get; } = others;

        public SortedDictionary<GroupId, Waiting> Groups { get; } = [];
    }

    /// <summary>A bootstrapped replica; once it is taken, its record is on its way.</summary>
    private readonly record struct Waiting(ReplicaId Replica, bool IsTaken);
}
