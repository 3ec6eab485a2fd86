using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Storage.Log;

/// <summary>Bodies of the records that are not entries; docs/disk-format.md has the bytes.</summary>
internal static class RecordCodec
{
    /// <summary>Size of a snapshot's body.</summary>
    public static int SnapshotBytes(SnapshotMeta snapshot) =>
        LogFormat.SnapshotHeaderBytes + ConfigurationCodec.Encode(snapshot.Configuration.Configuration).Length;

    /// <summary>Size of a store record's body.</summary>
    public static int BodyBytes(StoreRecord record) => record.Kind switch
    {
        StoreRecordKind.PeerIncarnation => 24,
        StoreRecordKind.Admitted => 8,
        StoreRecordKind.ElectionTimeout => 8,
        StoreRecordKind.BootstrapMark => 8 + ConfigurationCodec.Encode(Required(record.Configuration)).Length,
        StoreRecordKind.SnapshotMark => SnapshotBytes(Required(record.Snapshot)),
        StoreRecordKind.CompactionMark => 16,
        StoreRecordKind.Tombstone => 8,
        StoreRecordKind.ReplicaCreated => 8,
        _ => throw new InvariantViolationException($"a store record of kind {(byte)record.Kind}"),
    };

    /// <summary>Writes a hard state.</summary>
    public static void Write(Span<byte> body, HardState state)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(body, state.Term);
        BinaryPrimitives.WriteUInt64LittleEndian(body[8..], state.Vote.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(body[16..], state.Commit);
    }

    /// <summary>Writes a snapshot's mark.</summary>
    public static void Write(Span<byte> body, SnapshotMeta snapshot)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(body, snapshot.Last.Term);
        BinaryPrimitives.WriteUInt64LittleEndian(body[8..], snapshot.Last.Index);
        BinaryPrimitives.WriteInt64LittleEndian(body[16..], snapshot.TimeTicks);
        BinaryPrimitives.WriteUInt64LittleEndian(body[24..], snapshot.Configuration.Index);
        ConfigurationCodec.Encode(snapshot.Configuration.Configuration).CopyTo(body[LogFormat.SnapshotHeaderBytes..]);
    }

    /// <summary>Writes a store record.</summary>
    public static void Write(Span<byte> body, StoreRecord record)
    {
        switch (record.Kind)
        {
            case StoreRecordKind.PeerIncarnation:
                BinaryPrimitives.WriteUInt64LittleEndian(body, record.Peer.Value);
                BinaryPrimitives.WriteUInt64LittleEndian(body[8..], record.Incarnation.High);
                BinaryPrimitives.WriteUInt64LittleEndian(body[16..], record.Incarnation.Low);
                break;
            case StoreRecordKind.ElectionTimeout:
                BinaryPrimitives.WriteInt64LittleEndian(body, record.ElectionTimeout.Ticks);
                break;
            case StoreRecordKind.BootstrapMark:
                BinaryPrimitives.WriteUInt64LittleEndian(body, record.Replica.Value);
                ConfigurationCodec.Encode(Required(record.Configuration)).CopyTo(body[8..]);
                break;
            case StoreRecordKind.SnapshotMark:
                Write(body, Required(record.Snapshot));
                break;
            case StoreRecordKind.CompactionMark:
                BinaryPrimitives.WriteUInt64LittleEndian(body, record.CompactedTo.Term);
                BinaryPrimitives.WriteUInt64LittleEndian(body[8..], record.CompactedTo.Index);
                break;
            case StoreRecordKind.Admitted:
            case StoreRecordKind.Tombstone:
            case StoreRecordKind.ReplicaCreated:
                BinaryPrimitives.WriteUInt64LittleEndian(body, record.Replica.Value);
                break;
            default:
                Invariant.Unreachable($"a store record of kind {(byte)record.Kind}");
                break;
        }
    }

    /// <summary>Reads a hard state; false if that is none.</summary>
    public static bool TryRead(LogRecord record, out HardState state)
    {
        state = default;
        if (record.Kind != RecordKind.HardState || record.Body.Length != 24)
        {
            return false;
        }

        state = new HardState(record.Number(0), new ReplicaId(record.Number(1)), record.Number(2));
        return true;
    }

    /// <summary>Reads the mark or the installation of a snapshot; false if that is none.</summary>
    public static bool TryReadSnapshot(LogRecord record, [NotNullWhen(true)] out SnapshotMeta? snapshot)
    {
        snapshot = null;
        if (record.Body.Length < LogFormat.SnapshotHeaderBytes
            || !ConfigurationCodec.TryDecode(record.Body[LogFormat.SnapshotHeaderBytes..], out var configuration))
        {
            return false;
        }

        var last = new LogId(record.Number(0), record.Number(1));
        var entry = new ConfigurationEntry(record.Number(3), configuration);
        snapshot = new SnapshotMeta(last, entry, (long)record.Number(2));
        return true;
    }

    /// <summary>Reads a store record; false if that is none, or a bad one.</summary>
    public static bool TryReadStore(LogRecord record, [NotNullWhen(true)] out StoreRecord? read)
    {
        read = null;
        var kind = (StoreRecordKind)((byte)record.Kind - 16);
        switch (kind)
        {
            case StoreRecordKind.PeerIncarnation when record.Body.Length == 24:
                var incarnation = new Incarnation(record.Number(1), record.Number(2));
                read = Of(kind, record) with { Peer = new StoreId(record.Number(0)), Incarnation = incarnation };
                break;
            case StoreRecordKind.ElectionTimeout when record.Body.Length == 8:
                read = Of(kind, record) with { ElectionTimeout = new TimeSpan((long)record.Number(0)) };
                break;
            case StoreRecordKind.BootstrapMark when record.Body.Length > 8
                && ConfigurationCodec.TryDecode(record.Body[8..], out var configuration):
                read = Of(kind, record) with
                {
                    Replica = new ReplicaId(record.Number(0)),
                    Configuration = configuration,
                };
                break;
            case StoreRecordKind.SnapshotMark when TryReadSnapshot(record, out var snapshot):
                read = Of(kind, record) with { Snapshot = snapshot };
                break;
            case StoreRecordKind.CompactionMark when record.Body.Length == 16:
                read = Of(kind, record) with { CompactedTo = new LogId(record.Number(0), record.Number(1)) };
                break;
            case StoreRecordKind.Admitted or StoreRecordKind.Tombstone or StoreRecordKind.ReplicaCreated
                when record.Body.Length == 8:
                read = Of(kind, record) with { Replica = new ReplicaId(record.Number(0)) };
                break;
        }

        return read is not null;
    }

    private static StoreRecord Of(StoreRecordKind kind, LogRecord record) =>
        new() { Kind = kind, Group = record.Group };

    private static T Required<T>(T? part)
        where T : class
    {
        Invariant.Holds(part is not null);
        return part;
    }
}
