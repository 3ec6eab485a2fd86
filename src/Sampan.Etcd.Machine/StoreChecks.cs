using Sampan.Mvcc;

namespace Sampan.Etcd.Machine;

/// <summary>What only the store can say of a request, before it changes anything.</summary>
internal static class StoreChecks
{
    /// <summary>Whether a put can be done.</summary>
    public static EtcdError Check(PutFields put, IMvccReader reader) =>
        (put.IgnoreValue || put.IgnoreLease) && !reader.TryGet(put.Key, out _) ? EtcdError.KeyNotFound
        // There are no leases yet, so none can be found.
        : put.Lease != 0 ? EtcdError.LeaseNotFound
        : EtcdError.None;
}
