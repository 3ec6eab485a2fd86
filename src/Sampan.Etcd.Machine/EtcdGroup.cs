using Sampan.Model;

namespace Sampan.Etcd.Machine;

/// <summary>The group that holds etcd's keys.</summary>
public static class EtcdGroup
{
    /// <summary>Its id, the same in every cluster.</summary>
    public static GroupId Id => new(1);
}
