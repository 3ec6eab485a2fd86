namespace Sampan.Etcd.Machine;

/// <summary>A transaction as it stands in a command, in place.</summary>
public readonly ref struct BoundedTxn
{
    internal BoundedTxn(long keysMax, ReadOnlySpan<byte> message)
    {
        KeysMax = keysMax;
        Message = message;
    }

    /// <summary>How many keys its compares and ranges may look at.</summary>
    public long KeysMax { get; }

    /// <summary>The <c>TxnRequest</c>.</summary>
    public ReadOnlySpan<byte> Message { get; }
}
