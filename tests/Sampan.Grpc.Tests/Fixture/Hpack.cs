using System.Text;

namespace Sampan.Grpc.Tests.Fixture;

/// <summary>
/// As much of RFC 7541 as a test client needs that forbids the dynamic table: literals and the static one.
/// </summary>
internal static class Hpack
{
    private static readonly string[] _staticNames =
    [
        "", ":authority", ":method", ":method", ":path", ":path", ":scheme", ":scheme", ":status", ":status", ":status",
        ":status", ":status", ":status", ":status", "accept-charset", "accept-encoding", "accept-language",
        "accept-ranges", "accept", "access-control-allow-origin", "age", "allow", "authorization", "cache-control",
        "content-disposition", "content-encoding", "content-language", "content-length", "content-location",
        "content-range", "content-type", "cookie", "date", "etag", "expect", "expires", "from", "host", "if-match",
        "if-modified-since", "if-none-match", "if-range", "if-unmodified-since", "last-modified", "link", "location",
        "max-forwards", "proxy-authenticate", "proxy-authorization", "range", "referer", "refresh", "retry-after",
        "server", "set-cookie", "strict-transport-security", "transfer-encoding", "user-agent", "vary", "via",
        "www-authenticate",
    ];

    private static readonly string[] _staticStatuses = ["200", "204", "206", "304", "400", "404", "500"];

    public static byte[] Encode(IEnumerable<KeyValuePair<string, string>> headers)
    {
        var block = new List<byte>();
        foreach (var (name, value) in headers)
        {
            block.Add(0);
            AddText(block, name);
            AddText(block, value);
        }

        return [.. block];
    }

    public static List<KeyValuePair<string, string>> Decode(byte[] block)
    {
        var headers = new List<KeyValuePair<string, string>>();
        var at = 0;
        while (at < block.Length)
        {
            var first = block[at];
            if ((first & 0x80) != 0)
            {
                var index = ReadNumber(block, ref at, 7);
                var value = index is >= 8 and <= 14 ? _staticStatuses[index - 8] : string.Empty;
                headers.Add(new(_staticNames[index], value));
            }
            else if ((first & 0xe0) == 0x20)
            {
                ReadNumber(block, ref at, 5);
            }
            else
            {
                var index = ReadNumber(block, ref at, (first & 0x40) != 0 ? 6 : 4);
                var name = index == 0 ? ReadText(block, ref at) : _staticNames[index];
                headers.Add(new(name, ReadText(block, ref at)));
            }
        }

        return headers;
    }

    private static void AddText(List<byte> block, string text)
    {
        if (text.Length < 127)
        {
            block.Add((byte)text.Length);
        }
        else
        {
            block.Add(127);
            for (var rest = text.Length - 127; ; rest >>= 7)
            {
                if (rest < 128)
                {
                    block.Add((byte)rest);
                    break;
                }

                block.Add((byte)(0x80 | (rest & 0x7f)));
            }
        }

        block.AddRange(Encoding.ASCII.GetBytes(text));
    }

    private static string ReadText(byte[] block, ref int at)
    {
        Assert.True((block[at] & 0x80) == 0, "the server used Huffman's code, which this client does not know");
        var length = ReadNumber(block, ref at, 7);
        at += length;
        return Encoding.ASCII.GetString(block, at - length, length);
    }

    private static int ReadNumber(byte[] block, ref int at, int bits)
    {
        var mask = (1 << bits) - 1;
        var number = block[at++] & mask;
        if (number < mask)
        {
            return number;
        }

        for (var shift = 0; ; shift += 7)
        {
            number += (block[at] & 0x7f) << shift;
            if ((block[at++] & 0x80) == 0)
            {
                return number;
            }
        }
    }
}
