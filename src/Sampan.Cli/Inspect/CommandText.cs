using System.Globalization;
using System.Text;
using Google.Protobuf;
using Sampan.Etcd.Machine;
using Sampan.Protocol.Etcd;

namespace Sampan.Cli.Inspect;

/// <summary>A few words for a command of etcd's group.</summary>
internal static class CommandText
{
    private const int KeyBytesShown = 40;

    /// <summary>Says what the command does; what is no such command is said to be unknown.</summary>
    public static string Of(ReadOnlyMemory<byte> command)
    {
        if (command.IsEmpty)
        {
            return "unknown (no bytes)";
        }

        var kind = (EtcdCommandKind)command.Span[0];
        var message = command.Span[1..];
        try
        {
            return kind switch
            {
                EtcdCommandKind.Put => Of(PutRequest.Parser.ParseFrom(message)),
                EtcdCommandKind.DeleteRange => Of(DeleteRangeRequest.Parser.ParseFrom(message)),
                EtcdCommandKind.Txn => Of(TxnRequest.Parser.ParseFrom(message)),
                EtcdCommandKind.BoundedTxn => EtcdCodec.TryDecodeTxn(message, out var txn)
                    ? Of(TxnRequest.Parser.ParseFrom(txn.Message))
                    : $"malformed {kind}",
                EtcdCommandKind.Compaction => Of(CompactionRequest.Parser.ParseFrom(message)),
                EtcdCommandKind.PublishMember => Of(Member.Parser.ParseFrom(message)),
                _ => $"unknown (kind {command.Span[0]})",
            };
        }
        catch (InvalidProtocolBufferException)
        {
            return $"malformed {kind}";
        }
    }

    private static string Of(PutRequest put)
    {
        var lease = put.Lease == 0 ? string.Empty : $", lease {put.Lease:x}";
        return $"put {Key(put.Key)} ({put.Value.Length} B{lease})";
    }

    private static string Of(DeleteRangeRequest delete) => delete.RangeEnd.IsEmpty
        ? $"delete {Key(delete.Key)}"
        : $"delete {Key(delete.Key)} to {Key(delete.RangeEnd)}";

    private static string Of(TxnRequest txn) =>
        $"txn of {txn.Compare.Count} compares, {txn.Success.Count} then, {txn.Failure.Count} else"
        + (txn.Success.FirstOrDefault()?.RequestPut is { } put ? $"; first {Of(put)}" : string.Empty);

    private static string Of(CompactionRequest compaction) => $"compact to revision {compaction.Revision}";

    private static string Of(Member member) =>
        $"member {member.ID:x} is {Quoted(Encoding.UTF8.GetBytes(member.Name))} at "
        + string.Join(", ", member.ClientURLs);

    private static string Key(ByteString key) => Quoted(key.Span);

    // ASCII as it is, every other byte as \xNN: a terminal must not obey what a client wrote.
    private static string Quoted(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder("\"");
        foreach (var value in bytes[..Math.Min(bytes.Length, KeyBytesShown)])
        {
            if (value is >= 0x20 and < 0x7F and not (byte)'"' and not (byte)'\\')
            {
                text.Append((char)value);
            }
            else
            {
                text.Append(CultureInfo.InvariantCulture, $"\\x{value:x2}");
            }
        }

        text.Append('"');
        return bytes.Length > KeyBytesShown ? $"{text}... ({bytes.Length} B)" : text.ToString();
    }
}
