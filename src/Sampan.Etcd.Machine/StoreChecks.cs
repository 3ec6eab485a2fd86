using Sampan.Mvcc;

namespace Sampan.Etcd.Machine;

/// <summary>
/// What only the store can say of a put, before it changes anything. Of two complaints etcd tells the lease's first,
/// but in a transaction the key's.
/// </summary>
internal static class StoreChecks
{
    /// <summary>Whether a put can be done.</summary>
    public static EtcdError Check(PutFields put, IMvccReader reader) =>
        First(CheckLease(put), CheckKey(put, reader));

    /// <summary>Whether a put in a transaction can be done.</summary>
    public static EtcdError CheckInTxn(PutFields put, IMvccReader reader) =>
        First(CheckKey(put, reader), CheckLease(put));

    private static EtcdError CheckKey(PutFields put, IMvccReader reader) =>
        (put.IgnoreValue || put.IgnoreLease) && !reader.TryGet(put.Key, out _)
            ? EtcdError.KeyNotFound
            : EtcdError.None;

    // There are no leases yet, so none can be found.
    private static EtcdError CheckLease(PutFields put) => put.Lease != 0 ? EtcdError.LeaseNotFound : EtcdError.None;

    private static EtcdError First(EtcdError one, EtcdError two) => one != EtcdError.None ? one : two;
}
