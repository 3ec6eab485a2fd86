namespace Sampan.Etcd.Machine;

/// <summary>
/// The one file of a snapshot, little-endian: magic (8), revision (8), compact revision (8), number of members (4),
/// then of each its length (4) and message; then pairs, each a kind (1: live, 2: history), key length (4), value length
/// (4), key and value; at last an end (1: 255) and the number of pairs (8). The snapshot's manifest holds its length
/// and CRC.
/// </summary>
internal static class EtcdSnapshotFormat
{
    /// <summary>The file's name.</summary>
    public const string FileName = "etcd";

    /// <summary>"SMPETCD" and the version.</summary>
    public const ulong Magic = 0x01_44_43_54_45_50_4D_53;

    /// <summary>Magic, revisions, number of members.</summary>
    public const int HeaderBytes = 28;

    /// <summary>What stands before a pair.</summary>
    public const int PairHeaderBytes = 9;

    /// <summary>A pair of the current tree.</summary>
    public const byte Live = 1;

    /// <summary>A pair of the history tree.</summary>
    public const byte History = 2;

    /// <summary>No more pairs.</summary>
    public const byte End = 255;
}
