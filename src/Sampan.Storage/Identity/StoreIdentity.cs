using Sampan.Model;

namespace Sampan.Storage.Identity;

/// <summary>Whose data a directory holds: a store of a cluster, and which of that store's lives on disks.</summary>
public sealed record StoreIdentity
{
    /// <summary>The cluster.</summary>
    public required ulong ClusterId { get; init; }

    /// <summary>The store.</summary>
    public required StoreId Store { get; init; }

    /// <summary>Random bits, drawn when the directory was empty and never again.</summary>
    public required Incarnation Incarnation { get; init; }
}
