using System.Globalization;
using System.Text;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Storage.Log;

/// <summary>A record in words, for people who inspect a log.</summary>
internal static class RecordText
{
    /// <summary>What it says; a body that does not belong to its kind is called unreadable.</summary>
    public static string Of(LogRecord record)
    {
        if (record.IsEntry)
        {
            return OfEntry(record);
        }

        if (RecordCodec.TryRead(record, out var state))
        {
            return state.ToString();
        }

        if (record.Kind == RecordKind.Install)
        {
            return RecordCodec.TryReadSnapshot(record, out var snapshot) ? snapshot.ToString() : "unreadable";
        }

        return record.Kind == RecordKind.Group ? "state of a group"
            : RecordCodec.TryReadStore(record, out var read) ? OfStore(read)
            : "unreadable";
    }

    private static string OfEntry(LogRecord record)
    {
        var text = new StringBuilder();
        text.Append(record.EntryKind).Append(", ")
            .Append(record.Payload.Length.ToString(CultureInfo.InvariantCulture)).Append(" bytes");
        if (record.EntryKind == EntryKind.Configuration
            && ConfigurationCodec.TryDecode(record.Payload, out var configuration))
        {
            text.Append(": ").Append(configuration);
        }

        return text.ToString();
    }

    private static string OfStore(StoreRecord record) => record.Kind switch
    {
        StoreRecordKind.PeerIncarnation => $"store {record.Peer} has incarnation {record.Incarnation}",
        StoreRecordKind.Admitted => "this store takes part",
        StoreRecordKind.ElectionTimeout => $"election timeout {record.ElectionTimeout.TotalMilliseconds} ms",
        StoreRecordKind.BootstrapMark => $"bootstrapped as replica {record.Replica}: {record.Configuration}",
        StoreRecordKind.SnapshotMark => $"{record.Snapshot}",
        StoreRecordKind.CompactionMark => $"compacted to {record.CompactedTo}",
        StoreRecordKind.Tombstone => $"replicas up to {record.Replica} are gone",
        StoreRecordKind.ReplicaCreated => $"replica {record.Replica} was created",
        _ => "unknown",
    };
}
