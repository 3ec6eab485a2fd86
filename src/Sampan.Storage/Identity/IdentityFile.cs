using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Sampan.Base;
using Sampan.Model;

namespace Sampan.Storage.Identity;

/// <summary>
/// The text of <c>store.json</c>. People may read it, nobody writes it by hand: what <see cref="Encode"/> would not
/// have written, byte for byte, is damage, and so no flipped bit makes another store of it.
/// </summary>
internal static class IdentityFile
{
    /// <summary>The format that this code writes and reads.</summary>
    public const int Format = 3;

    /// <summary>No file of any format is larger.</summary>
    public const int BytesMax = 4096;

    private const string Begun = "begun";
    private const string Complete = "complete";

    /// <summary>The text for an identity, and whether the first start came to its end.</summary>
    public static byte[] Encode(StoredIdentity stored)
    {
        var identity = stored.Identity;
        var start = stored.IsComplete ? Complete : Begun;
        var body = string.Create(
            CultureInfo.InvariantCulture,
            $"  \"format\": {Format},\n  \"cluster\": \"{identity.ClusterId:x16}\",\n"
            + $"  \"store\": {identity.Store.Value},\n  \"incarnation\": \"{identity.Incarnation}\",\n"
            + $"  \"first-start\": \"{start}\",\n");
        var crc = Crc32C.Of(Encoding.UTF8.GetBytes(body));
        return Encoding.UTF8.GetBytes("{\n" + body + $"  \"crc32c\": \"{crc:x8}\"\n}}\n");
    }

    /// <summary>The format that the text claims; 0 if it is no such text.</summary>
    public static int FormatOf(ReadOnlyMemory<byte> bytes)
    {
        using var document = TryParse(bytes);
        return document is not null
            && document.RootElement.TryGetProperty("format", out var format)
            && format.ValueKind == JsonValueKind.Number
            && format.TryGetInt32(out var number)
                ? Math.Max(0, number)
                : 0;
    }

    /// <summary>Reads a text of this format.</summary>
    public static bool TryDecode(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out StoredIdentity? stored)
    {
        stored = null;
        using var document = TryParse(bytes);
        if (document is null
            || !TryGetHex(document.RootElement, "cluster", 16, out var cluster)
            || !document.RootElement.TryGetProperty("store", out var store)
            || store.ValueKind != JsonValueKind.Number
            || !store.TryGetUInt64(out var storeId)
            || !TryGetHex(document.RootElement, "incarnation", 32, out var incarnation))
        {
            return false;
        }

        var read = new StoreIdentity
        {
            ClusterId = (ulong)cluster,
            Store = new StoreId(storeId),
            Incarnation = new Incarnation((ulong)(incarnation >> 64), unchecked((ulong)incarnation)),
        };
        var isComplete = document.RootElement.TryGetProperty("first-start", out var start)
            && start.ValueKind == JsonValueKind.String
            && start.ValueEquals(Complete);
        var found = new StoredIdentity(read, isComplete);
        stored = bytes.Span.SequenceEqual(Encode(found)) && read.Incarnation.IsBound ? found : null;
        return stored is not null;
    }

    private static bool TryGetHex(JsonElement root, string name, int digits, out UInt128 value)
    {
        value = default;
        return root.TryGetProperty(name, out var element)
            && element.ValueKind == JsonValueKind.String
            && element.GetString() is { } text
            && text.Length == digits
            && UInt128.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }

    // In every format the file is ASCII without escapes: the parser accepts others, and then throws when they are read.
    private static JsonDocument? TryParse(ReadOnlyMemory<byte> bytes)
    {
        if (!Ascii.IsValid(bytes.Span) || bytes.Span.Contains((byte)'\\'))
        {
            return null;
        }

        try
        {
            var document = JsonDocument.Parse(bytes);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
