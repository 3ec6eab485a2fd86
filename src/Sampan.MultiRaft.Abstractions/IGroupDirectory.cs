using System.Diagnostics.CodeAnalysis;
using Sampan.Model;

namespace Sampan.MultiRaft.Abstractions;

/// <summary>The groups of a store. Any thread.</summary>
public interface IGroupDirectory
{
    /// <summary>The groups that have a replica here, by ascending id.</summary>
    IReadOnlyList<IRaftGroup> List();

    /// <summary>Finds a group that has a replica here.</summary>
    bool TryGet(GroupId group, [NotNullWhen(true)] out IRaftGroup? found);

    /// <summary>
    /// Bootstraps a group whose initial configuration names a replica on this store: every initial member does the same
    /// with the same configuration. Returns when the bootstrap mark is durable; nothing if that was done before.
    /// Refused as <see cref="RaftErrorCode.Busy"/> where the log has no room for another group.
    /// </summary>
    ValueTask CreateAsync(GroupId group, Configuration initial, CancellationToken cancellation);

    /// <summary>
    /// Destroys this store's replica for good: tombstone, then its data. It must have been removed before.
    /// </summary>
    ValueTask RemoveAsync(GroupId group, CancellationToken cancellation);
}
