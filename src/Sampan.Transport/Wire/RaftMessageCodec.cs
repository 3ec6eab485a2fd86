using System.Diagnostics.CodeAnalysis;
using Sampan.Base;
using Sampan.Model;

namespace Sampan.Transport.Wire;

/// <summary>The bytes of a <see cref="Message"/>: every field, whatever the kind, so that nothing can be forgotten.
/// </summary>
internal static class RaftMessageCodec
{
    private const byte Reject = 1;
    private const byte IsTransfer = 2;
    private const byte HasSnapshot = 4;
    private const byte HasConfiguration = 8;
    private const byte AllFlags = 15;

    // Kind, term, index, time, length.
    private const int EntryHeaderBytes = 29;

    /// <summary>Writes a message.</summary>
    public static void Write(WireWriter writer, Message message)
    {
        writer.Byte((byte)message.Kind);
        writer.Byte((byte)((message.Reject ? Reject : 0)
            | (message.IsTransfer ? IsTransfer : 0)
            | (message.Snapshot is not null ? HasSnapshot : 0)
            | (message.Configuration is not null ? HasConfiguration : 0)));
        writer.UInt64(message.Group.Value);
        writer.UInt64(message.From.Value);
        writer.UInt64(message.To.Value);
        writer.UInt64(message.Term);
        writer.UInt64(message.Index);
        writer.UInt64(message.LogTerm);
        writer.UInt64(message.Commit);
        writer.UInt64(message.ConflictTerm);
        writer.UInt64(message.ConflictIndex);
        writer.UInt64(message.Round);
        writer.Int64(message.Stamp.Ticks);
        writer.Int64(message.ElectionTimeout.Ticks);
        writer.UInt64(message.NeedSnapshotIndex);
        writer.UInt64(message.ConfigurationIndex);
        writer.UInt64(message.Boot.Value);
        if (message.Snapshot is { } snapshot)
        {
            writer.LogId(snapshot.Last);
            writer.Int64(snapshot.TimeTicks);
            writer.UInt64(snapshot.Configuration.Index);
            writer.Bytes(ConfigurationCodec.Encode(snapshot.Configuration.Configuration));
        }

        if (message.Configuration is not null)
        {
            writer.Bytes(ConfigurationCodec.Encode(message.Configuration));
        }

        writer.UInt32((uint)message.Entries.Count);
        for (var i = 0; i < message.Entries.Count; i++)
        {
            var entry = message.Entries[i];
            writer.Byte((byte)entry.Kind);
            writer.UInt64(entry.Term);
            writer.UInt64(entry.Index);
            writer.Int64(entry.TimeTicks);
            writer.Bytes(entry.Payload.Span);
        }
    }

    /// <summary>Reads a message; its entries are slices of the reader's bytes.</summary>
    public static bool TryRead(ref WireReader reader, [NotNullWhen(true)] out Message? message)
    {
        var kind = (MessageKind)reader.Byte((byte)MessageKind.MembershipQuery);
        var flags = reader.Byte(AllFlags);
        message = new Message
        {
            Kind = kind,
            Group = new GroupId(reader.UInt64()),
            From = new ReplicaId(reader.UInt64()),
            To = new ReplicaId(reader.UInt64()),
            Term = reader.UInt64(),
            Index = reader.UInt64(),
            LogTerm = reader.UInt64(),
            Commit = reader.UInt64(),
            Reject = (flags & Reject) != 0,
            ConflictTerm = reader.UInt64(),
            ConflictIndex = reader.UInt64(),
            Round = reader.UInt64(),
            Stamp = new Instant(reader.Int64()),
            ElectionTimeout = new TimeSpan(reader.Natural()),
            NeedSnapshotIndex = reader.UInt64(),
            ConfigurationIndex = reader.UInt64(),
            IsTransfer = (flags & IsTransfer) != 0,
            Boot = new BootId(reader.UInt64()),
            Snapshot = (flags & HasSnapshot) != 0 ? ReadSnapshot(ref reader) : null,
            Configuration = (flags & HasConfiguration) != 0 ? ReadConfiguration(ref reader) : null,
            Entries = ReadEntries(ref reader),
        };
        return !reader.HasFailed;
    }

    private static SnapshotMeta? ReadSnapshot(ref WireReader reader)
    {
        var last = reader.LogId();
        var time = reader.Natural();
        var index = reader.UInt64();
        var configuration = ReadConfiguration(ref reader);
        return configuration is null
            ? null
            : new SnapshotMeta(last, new ConfigurationEntry(index, configuration), time);
    }

    private static Configuration? ReadConfiguration(ref WireReader reader)
    {
        if (ConfigurationCodec.TryDecode(reader.Bytes().Span, out var configuration))
        {
            return configuration;
        }

        reader.Fail();
        return null;
    }

    private static Entry[] ReadEntries(ref WireReader reader)
    {
        var count = reader.UInt32();
        if (reader.HasFailed || count > reader.Left / EntryHeaderBytes)
        {
            reader.Fail();
            return [];
        }

        var entries = count == 0 ? [] : new Entry[count];
        for (var i = 0; i < entries.Length; i++)
        {
            var kind = (EntryKind)reader.Byte((byte)EntryKind.Configuration);
            var (term, index, time) = (reader.UInt64(), reader.UInt64(), reader.Natural());
            var payload = reader.Bytes();
            // Entries follow each other, and terms never fall.
            var isSound = !reader.HasFailed && term > 0 && index > 0
                && (i == 0 || (index == entries[i - 1].Index + 1 && term >= entries[i - 1].Term));
            if (!isSound)
            {
                reader.Fail();
                return [];
            }

            entries[i] = new Entry(kind, term, index, time, payload);
        }

        return entries;
    }
}
