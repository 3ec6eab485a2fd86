using System.Diagnostics.CodeAnalysis;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Etcd.Tests.Fixture;

/// <summary>A store with one group, or none.</summary>
internal sealed class FakeDirectory : IGroupDirectory
{
    /// <summary>The group, once there is one.</summary>
    public FakeGroup? Group { get; set; }

    /// <inheritdoc/>
    public IReadOnlyList<IRaftGroup> List() => Group is null ? [] : [Group];

    /// <inheritdoc/>
    public bool TryGet(GroupId group, [NotNullWhen(true)] out IRaftGroup? found)
    {
        found = Group?.Id == group ? Group : null;
        return found is not null;
    }

    /// <inheritdoc/>
    public ValueTask CreateAsync(GroupId group, Configuration initial, CancellationToken cancellation) =>
        throw new InvalidOperationException("no door creates groups");

    /// <inheritdoc/>
    public ValueTask RemoveAsync(GroupId group, CancellationToken cancellation) =>
        throw new InvalidOperationException("no door removes groups");
}
