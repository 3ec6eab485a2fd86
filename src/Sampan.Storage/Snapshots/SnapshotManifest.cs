using System.Buffers.Binary;
using System.Text;
using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Storage.Snapshots;

/// <summary>
/// What a snapshot consists of: the bytes of its file <c>manifest</c>, which also travel to other stores
/// (docs/disk-format.md, Snapshots). Decoding takes exactly what <see cref="Encode"/> writes and throws
/// <see cref="StorageDamagedException"/>, and nothing else, for everything else.
/// </summary>
internal sealed class SnapshotManifest
{
    /// <summary>The name of its file.</summary>
    public const string FileName = "manifest";

    /// <summary>The format that this code writes, and the newest that it reads.</summary>
    public const uint Format = 1;

    /// <summary>The largest manifest.</summary>
    public const int BytesMax = 1 << 20;

    /// <summary>The most files of a snapshot; all of them are open while it is read.</summary>
    public const int FilesMax = 256;

    private const int HeadBytes = 16;
    private const int FixedBytes = HeadBytes + (6 * sizeof(ulong)) + (2 * sizeof(uint)) + CrcBytes;
    private const int FileBytes = 1 + sizeof(long) + sizeof(uint);
    private const int CrcBytes = sizeof(uint);

    private static ReadOnlySpan<byte> Magic => "SAMPSNAP"u8;

    private SnapshotManifest(
        GroupId group, SnapshotMeta meta, IReadOnlyList<SnapshotFile> files, ReadOnlyMemory<byte> bytes)
    {
        Group = group;
        Meta = meta;
        Files = files;
        Bytes = bytes;
    }

    /// <summary>The group.</summary>
    public GroupId Group { get; }

    /// <summary>What it is a snapshot of.</summary>
    public SnapshotMeta Meta { get; }

    /// <summary>The files in the order in which they were written.</summary>
    public IReadOnlyList<SnapshotFile> Files { get; }

    /// <summary>The manifest as it stands on disk.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>
    /// Two snapshots of one group at one index must have the same (I-16): a 64-bit hash over names, lengths and CRCs.
    /// </summary>
    public ulong StateHash => HashOf(Files);

    /// <summary>Describes a snapshot; the files are what the sink counted.</summary>
    public static SnapshotManifest Encode(GroupId group, SnapshotMeta meta, IReadOnlyList<SnapshotFile> files)
    {
        Invariant.Holds(files.Count <= FilesMax);
        var configuration = ConfigurationCodec.Encode(meta.Configuration.Configuration);
        var bytes = new byte[FixedBytes + configuration.Length + files.Sum(file => FileBytes + file.Name.Length)];
        Invariant.Holds(bytes.Length <= BytesMax);
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), Format);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), bytes.Length);
        var rest = bytes.AsSpan(HeadBytes);
        rest = Put(rest, group.Value);
        rest = Put(rest, meta.Last.Index);
        rest = Put(rest, meta.Last.Term);
        rest = Put(rest, unchecked((ulong)meta.TimeTicks));
        rest = Put(rest, HashOf(files));
        rest = Put(rest, meta.Configuration.Index);
        BinaryPrimitives.WriteInt32LittleEndian(rest, configuration.Length);
        configuration.CopyTo(rest[4..]);
        rest = rest[(4 + configuration.Length)..];
        BinaryPrimitives.WriteInt32LittleEndian(rest, files.Count);
        rest = rest[4..];
        foreach (var file in files)
        {
            Invariant.Holds(PlainName.IsPlain(file.Name));
            rest[0] = (byte)file.Name.Length;
            rest = rest[(1 + Encoding.ASCII.GetBytes(file.Name, rest[1..]))..];
            BinaryPrimitives.WriteInt64LittleEndian(rest, file.LengthBytes);
            BinaryPrimitives.WriteUInt32LittleEndian(rest[8..], file.Crc32C);
            rest = rest[12..];
        }

        Invariant.Holds(rest.Length == CrcBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(rest, Crc32C.Of(bytes.AsSpan(0, bytes.Length - CrcBytes)));
        return new SnapshotManifest(group, meta, files, bytes);
    }

    /// <summary>
    /// Whether an intact manifest of a later format begins like this: no damage, but not to be read by this code. The
    /// frame (magic, format, length, CRC at the end) is the same in every format.
    /// </summary>
    public static bool IsNewerFormat(ReadOnlySpan<byte> bytes) =>
        IsFramed(bytes) && BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]) > Format;

    /// <summary>Decodes all of the bytes, which are kept; <paramref name="from"/> is for the message.</summary>
    public static SnapshotManifest Decode(ReadOnlyMemory<byte> bytes, string from)
    {
        if (IsNewerFormat(bytes.Span))
        {
            throw new StorageDamagedException(
                $"{from}: the snapshot manifest has format {BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span[8..])}, "
                + $"this version reads up to {Format}");
        }

        if (!IsFramed(bytes.Span) || BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span[8..]) != Format)
        {
            throw new StorageDamagedException($"{from}: the snapshot manifest is damaged (frame or CRC)");
        }

        return TryDecodeBody(bytes)
            ?? throw new StorageDamagedException($"{from}: the snapshot manifest contradicts itself");
    }

    private static bool IsFramed(ReadOnlySpan<byte> bytes) =>
        bytes.Length is >= HeadBytes + CrcBytes and <= BytesMax
        && bytes[..Magic.Length].SequenceEqual(Magic)
        && BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]) == bytes.Length
        && BinaryPrimitives.ReadUInt32LittleEndian(bytes[^CrcBytes..]) == Crc32C.Of(bytes[..^CrcBytes]);

    private static SnapshotManifest? TryDecodeBody(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length < FixedBytes)
        {
            return null;
        }

        var body = bytes.Span[HeadBytes..^CrcBytes];
        var group = new GroupId(BinaryPrimitives.ReadUInt64LittleEndian(body));
        var last = new LogId(
            Term: BinaryPrimitives.ReadUInt64LittleEndian(body[16..]),
            Index: BinaryPrimitives.ReadUInt64LittleEndian(body[8..]));
        var timeTicks = BinaryPrimitives.ReadInt64LittleEndian(body[24..]);
        var stateHash = BinaryPrimitives.ReadUInt64LittleEndian(body[32..]);
        var configurationIndex = BinaryPrimitives.ReadUInt64LittleEndian(body[40..]);
        var length = BinaryPrimitives.ReadInt32LittleEndian(body[48..]);
        var rest = body[52..];
        if (length < 0 || length > rest.Length || !ConfigurationCodec.TryDecode(rest[..length], out var configuration))
        {
            return null;
        }

        var files = TryDecodeFiles(rest[length..]);
        var isSound = files is not null && HashOf(files) == stateHash && group.Value != 0 && last.Index != 0
            && last.Term != 0 && configurationIndex <= last.Index;
        return isSound
            ? new SnapshotManifest(
                group,
                new SnapshotMeta(last, new ConfigurationEntry(configurationIndex, configuration), timeTicks),
                files!, // not null: isSound
                bytes)
            : null;
    }

    private static List<SnapshotFile>? TryDecodeFiles(ReadOnlySpan<byte> source)
    {
        if (source.Length < sizeof(int))
        {
            return null;
        }

        var count = BinaryPrimitives.ReadInt32LittleEndian(source);
        if (count is < 0 or > FilesMax)
        {
            return null;
        }

        source = source[sizeof(int)..];
        var files = new List<SnapshotFile>();
        for (var i = 0; i < count; i++)
        {
            if (source.Length < FileBytes || source.Length < FileBytes + source[0])
            {
                return null;
            }

            // Latin-1 so that no byte disappears: what is not plain must be seen.
            var name = Encoding.Latin1.GetString(source.Slice(1, source[0]));
            source = source[(1 + name.Length)..];
            var file = new SnapshotFile(
                name,
                BinaryPrimitives.ReadInt64LittleEndian(source),
                BinaryPrimitives.ReadUInt32LittleEndian(source[8..]));
            source = source[12..];
            var isRepeated = files.Exists(other => string.Equals(other.Name, name, StringComparison.Ordinal));
            if (!PlainName.IsPlain(name) || file.LengthBytes < 0 || isRepeated)
            {
                return null;
            }

            files.Add(file);
        }

        return source.Length == 0 ? files : null;
    }

    // FNV-1a, 64 bits. It is compared between replicas and against accidents only; nobody is kept from forging it.
    private static ulong HashOf(IReadOnlyList<SnapshotFile> files)
    {
        var hash = 0xCBF29CE484222325UL;
        foreach (var file in files)
        {
            hash = Mix(hash, (ulong)file.Name.Length, sizeof(byte));
            foreach (var character in file.Name)
            {
                hash = Mix(hash, character, sizeof(byte));
            }

            hash = Mix(hash, (ulong)file.LengthBytes, sizeof(ulong));
            hash = Mix(hash, file.Crc32C, sizeof(uint));
        }

        return hash;
    }

    private static ulong Mix(ulong hash, ulong value, int bytes)
    {
        for (var i = 0; i < bytes; i++)
        {
            hash = unchecked((hash ^ (byte)(value >> (8 * i))) * 0x100000001B3UL);
        }

        return hash;
    }

    private static Span<byte> Put(Span<byte> destination, ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, value);
        return destination[sizeof(ulong)..];
    }
}
