using System.Text;

namespace Sampan.Grpc.Tests.Fixture;

/// <summary>
/// A client's side of RFC 7541 with a dynamic table, as gRPC clients have one: what was sent once is an index
/// afterwards.
/// </summary>
internal sealed class HpackEncoder
{
    private const int TableBytesMax = 4096;
    private const int StaticEntries = 61;

    private static readonly Dictionary<string, int> _staticNames = new(StringComparer.Ordinal)
    {
        [":authority"] = 1,
        [":method"] = 3,
        [":path"] = 4,
        [":scheme"] = 6,
        ["content-type"] = 31,
    };

    // As much of the code (RFC 7541, appendix B) as the tests write.
    private static readonly Dictionary<char, string> _codes = new()
    {
        ['0'] = "00000",
        ['1'] = "00001",
        ['2'] = "00010",
        ['3'] = "011001",
        ['7'] = "011101",
        ['9'] = "011111",
        ['.'] = "010111",
        ['/'] = "011000",
        [':'] = "1011100",
        ['h'] = "100111",
        ['p'] = "101011",
        ['t'] = "01001",
    };

    private readonly List<KeyValuePair<string, string>> _table = [];

    /// <summary>A block in which whatever the table does not hold yet is added to it.</summary>
    public byte[] Encode(IEnumerable<KeyValuePair<string, string>> headers)
    {
        var block = new List<byte>();
        foreach (var header in headers)
        {
            var known = _table.IndexOf(header);
            if (known >= 0)
            {
                AddNumber(block, StaticEntries + 1 + known, bits: 7, pattern: 0x80);
                continue;
            }

            AddLiteral(block, header, bits: 6, pattern: 0x40);
            _table.Insert(0, header);
            while (_table.Sum(one => one.Key.Length + one.Value.Length + 32) > TableBytesMax)
            {
                _table.RemoveAt(_table.Count - 1);
            }
        }

        return [.. block];
    }

    /// <summary>A literal whose name is an index, that no table may ever hold.</summary>
    public static byte[] NeverIndexed(string name, string value)
    {
        var block = new List<byte>();
        AddLiteral(block, new(name, value), bits: 4, pattern: 0x10);
        return [.. block];
    }

    /// <summary>A literal with an index for a name, its value in Huffman's code.</summary>
    public static byte[] Huffman(string name, string value)
    {
        var bits = string.Concat(value.Select(one => _codes[one]));
        bits = bits.PadRight((bits.Length + 7) / 8 * 8, '1');
        var block = new List<byte>();
        AddNumber(block, _staticNames[name], bits: 4, pattern: 0);
        AddNumber(block, bits.Length / 8, bits: 7, pattern: 0x80);
        block.AddRange(bits.Chunk(8).Select(one => Convert.ToByte(new string(one), fromBase: 2)));
        return [.. block];
    }

    private static void AddLiteral(List<byte> block, KeyValuePair<string, string> header, int bits, int pattern)
    {
        AddNumber(block, _staticNames.GetValueOrDefault(header.Key), bits, pattern);
        if (!_staticNames.ContainsKey(header.Key))
        {
            AddText(block, header.Key);
        }

        AddText(block, header.Value);
    }

    private static void AddText(List<byte> block, string text)
    {
        AddNumber(block, text.Length, bits: 7, pattern: 0);
        block.AddRange(Encoding.Latin1.GetBytes(text));
    }

    private static void AddNumber(List<byte> block, int number, int bits, int pattern)
    {
        var most = (1 << bits) - 1;
        if (number < most)
        {
            block.Add((byte)(pattern | number));
            return;
        }

        block.Add((byte)(pattern | most));
        for (number -= most; number >= 128; number >>= 7)
        {
            block.Add((byte)(0x80 | (number & 0x7f)));
        }

        block.Add((byte)number);
    }
}
