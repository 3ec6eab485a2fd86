using System.Text;
using System.Text.RegularExpressions;
using Sampan.Base;
using Sampan.Grpc.Hosting;

namespace Sampan.Grpc.Tests;

/// <summary>Purpose: any bytes can be read as an authority, and only a host is kept as one.</summary>
public sealed partial class AuthorityEncodingTests
{
    /// <summary>Compared with a naive twin: an expression.</summary>
    [Fact]
    public void Random_bytes_are_a_host_or_none()
    {
        var prng = new Prng(seed: 7);
        var kept = 0;
        for (var i = 0; i < 200_000; i++)
        {
            var bytes = RandomBytes(prng);
            var text = Encoding.Latin1.GetString(bytes);
            var isKept = bytes.Length == 0 || Host().IsMatch(text) || Control().IsMatch(text);
            var expected = isKept ? text : AuthorityEncoding.Unnamed;
            Assert.Equal(expected, AuthorityEncoding.Instance.GetString(bytes.AsSpan()));
            Assert.Equal(expected.Length, AuthorityEncoding.Instance.GetCharCount(bytes));
            Assert.InRange(expected.Length, 0, AuthorityEncoding.Instance.GetMaxCharCount(bytes.Length));
            kept += Host().IsMatch(text) ? 1 : 0;
        }

        Assert.InRange(kept, 10_000, 190_000);
    }

    /// <summary>What stands for the others is a host itself.</summary>
    [Fact]
    public void What_stands_for_others_is_kept()
    {
        const string Unnamed = AuthorityEncoding.Unnamed;
        var bytes = AuthorityEncoding.Instance.GetBytes(Unnamed);
        Assert.Equal(Unnamed.Length, AuthorityEncoding.Instance.GetByteCount(Unnamed));
        Assert.InRange(bytes.Length, 1, AuthorityEncoding.Instance.GetMaxByteCount(Unnamed.Length));
        Assert.Equal(Unnamed, AuthorityEncoding.Instance.GetString(bytes));
    }

    // Mostly of what hosts are made of, so that many are one.
    private static byte[] RandomBytes(Prng prng)
    {
        var likely = "az09.:[]-_"u8;
        var bytes = new byte[prng.NextBelow(10)];
        prng.Fill(bytes);
        for (var i = 0; i < bytes.Length; i++)
        {
            if (!prng.Chance(1, 20))
            {
                bytes[i] = likely[bytes[i] % likely.Length];
            }
        }

        return bytes;
    }

    [GeneratedRegex(
        @"\A(\[[0-9A-Fa-f:.]{3,}\]|[A-Za-z0-9._~-]+)(:[0-9]+)?\z",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Host();

    [GeneratedRegex(@"[\x00-\x08\x0a-\x1f\x7f]", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Control();
}
