using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Doors;

namespace Sampan.MultiRaft.Groups;

/// <summary>The doors of a store's groups. Any thread.</summary>
internal sealed class GroupTable
{
    private readonly ConcurrentDictionary<GroupId, RaftGroup> _groups = new();

    /// <summary>A replica is there.</summary>
    public void Add(RaftGroup group) => _groups[group.Id] = group;

    /// <summary>A replica is gone.</summary>
    public void Remove(GroupId group) => _groups.TryRemove(group, out _);

    /// <summary>Finds a group.</summary>
    public bool TryGet(GroupId group, [NotNullWhen(true)] out IRaftGroup? found)
    {
        var isThere = _groups.TryGetValue(group, out var door);
        found = door;
        return isThere;
    }

    /// <summary>All groups, by ascending id.</summary>
    public IReadOnlyList<IRaftGroup> List() => [.. _groups.Values.OrderBy(group => group.Id)];
}
