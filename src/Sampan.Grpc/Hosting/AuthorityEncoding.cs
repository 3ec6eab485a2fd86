using System.Buffers;
using System.Text;

namespace Sampan.Grpc.Hosting;

/// <summary>
/// Reads the bytes of an <c>:authority</c>. A host with or without a port stays as it is; whatever else clients of gRPC
/// send there, such as the raw target <c>http://host:port</c>, becomes <see cref="Unnamed"/>, since Kestrel refuses a
/// call whose authority is no host, and gRPC has no use for it.
/// </summary>
internal sealed class AuthorityEncoding : Encoding
{
    // A name that is reserved for what does not exist: filters by host know that it is none of theirs.
    /// <summary>What stands for an authority that names no host.</summary>
    public const string Unnamed = "authority.invalid";

    // The unreserved characters of RFC 3986; Kestrel takes a few more, which nobody's hosts are made of.
    private static readonly SearchValues<byte> _nameBytes =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"u8);

    private static readonly SearchValues<byte> _addressBytes = SearchValues.Create("0123456789abcdefABCDEF:."u8);

    private static readonly SearchValues<byte> _controlBytes = SearchValues.Create(
        [.. Enumerable.Range(0, ' ').Where(one => one != '\t').Select(one => (byte)one), 0x7f]);

    private AuthorityEncoding()
    {
    }

    /// <summary>The only one: it has no state.</summary>
    public static AuthorityEncoding Instance { get; } = new();

    /// <inheritdoc/>
    public override int GetCharCount(byte[] bytes, int index, int count) =>
        IsKept(bytes.AsSpan(index, count)) ? count : Unnamed.Length;

    /// <inheritdoc/>
    public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex)
    {
        var authority = bytes.AsSpan(byteIndex, byteCount);
        if (IsKept(authority))
        {
            return Latin1.GetChars(authority, chars.AsSpan(charIndex));
        }

        Unnamed.CopyTo(chars.AsSpan(charIndex));
        return Unnamed.Length;
    }

    /// <inheritdoc/>
    public override int GetMaxCharCount(int byteCount) => Math.Max(byteCount, Unnamed.Length);

    /// <inheritdoc/>
    public override int GetByteCount(char[] chars, int index, int count) => Latin1.GetByteCount(chars, index, count);

    /// <inheritdoc/>
    public override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex) =>
        Latin1.GetBytes(chars, charIndex, charCount, bytes, byteIndex);

    /// <inheritdoc/>
    public override int GetMaxByteCount(int charCount) => Latin1.GetMaxByteCount(charCount);

    // With a control character it is not even a header's value (RFC 9113, 8.2.1): Kestrel sees it, and refuses it.
    private static bool IsKept(ReadOnlySpan<byte> authority) =>
        authority.IsEmpty || IsHostAndPort(authority) || authority.ContainsAny(_controlBytes);

    private static bool IsHostAndPort(ReadOnlySpan<byte> authority)
    {
        var hostLength = HostLength(authority);
        return hostLength > 0 && (authority.Length == hostLength || IsPort(authority[hostLength..]));
    }

    private static bool IsPort(ReadOnlySpan<byte> text) =>
        text is [(byte)':', _, ..] && !text[1..].ContainsAnyExceptInRange((byte)'0', (byte)'9');

    private static int HostLength(ReadOnlySpan<byte> authority)
    {
        if (authority is [(byte)'[', ..])
        {
            // [::1] is the shortest one.
            var end = authority.IndexOf((byte)']');
            return end >= 4 && !authority[1..end].ContainsAnyExcept(_addressBytes) ? end + 1 : 0;
        }

        var nameLength = authority.IndexOfAnyExcept(_nameBytes);
        return nameLength < 0 ? authority.Length : nameLength;
    }
}
