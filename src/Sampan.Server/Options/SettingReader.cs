using System.Globalization;
using System.Net;

namespace Sampan.Server.Options;

/// <summary>
/// Reads single settings as what they must be. Everything throws <see cref="SettingException"/> for what it cannot be.
/// </summary>
internal sealed class SettingReader
{
    private readonly Settings _settings;

    /// <summary>A reader of these.</summary>
    public SettingReader(Settings settings) => _settings = settings;

    /// <summary>A whole number.</summary>
    public long Number(string name, long least, long most) =>
        long.TryParse(_settings[name], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most
            ? number
            : throw _settings.Wrong(
                name, most == long.MaxValue ? $"a number from {least}" : $"a number from {least} to {most}");

    /// <summary>URLs, at least one.</summary>
    public List<Uri> Urls(string name)
    {
        var urls = new List<Uri>();
        foreach (var part in Split(_settings[name]))
        {
            urls.Add(Url(part) ?? throw _settings.Wrong(
                name, $"URLs like {ExampleOf(name)}, separated by commas (https is not there yet)"));
        }

        return urls.Count > 0 ? urls : throw _settings.Wrong(name, "at least one URL");
    }

    // A door needs an address of this machine; others may use a name.
    private static string ExampleOf(string name) =>
        name.StartsWith("listen-", StringComparison.Ordinal) ? "http://10.0.0.1:2379" : "http://host:2379";

    /// <summary>One URL.</summary>
    public Uri SingleUrl(string name) => Urls(name) is [var url] ? url : throw _settings.Wrong(name, "exactly one URL");

    /// <summary>An address of this machine that a URL names.</summary>
    public IPEndPoint Endpoint(string name, Uri url) => AddressOf(url) is { } address
        ? new IPEndPoint(address, url.Port)
        : throw _settings.Wrong(name, "URLs with an IP address of this machine, 0.0.0.0 or localhost");

    /// <summary>The members of a list like <c>a=http://host:2380,b=http://host2:2380</c>.</summary>
    public List<ClusterMember> Members(string name, string token)
    {
        var members = new List<ClusterMember>();
        foreach (var part in Split(_settings[name]))
        {
            var at = part.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0 || Url(part[(at + 1)..]) is not { } url)
            {
                throw _settings.Wrong(name, "a list like a=http://host:2380,b=http://host2:2380");
            }

            var member = ClusterMember.Of(part[..at], url, token);
            if (members.Exists(other =>
                other.Id == member.Id || string.Equals(other.Name, member.Name, StringComparison.Ordinal)))
            {
                throw _settings.Wrong(name, $"a list of different names and URLs ('{part}' stands twice)");
            }

            members.Add(member);
        }

        return members;
    }

    /// <summary>Whether a URL names every address of a machine, and so none that others could use.</summary>
    public static bool IsWildcard(Uri url) => AddressOf(url) is { } address && IsWildcard(address);

    /// <summary>Whether two doors cannot be open at the same time.</summary>
    public static bool AreSame(IPEndPoint one, IPEndPoint other) => one.Port == other.Port
        && (one.Address.Equals(other.Address) || IsWildcard(one.Address) || IsWildcard(other.Address));

    private static bool IsWildcard(IPAddress address) =>
        address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    private static IPAddress? AddressOf(Uri url)
    {
        var host = url.Host.Trim('[', ']');
        return string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase) ? IPAddress.Loopback
            : IPAddress.TryParse(host, out var address) ? address
            : null;
    }

    private static string[] Split(string list) =>
        list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    // Scheme, host and a port that is written down; nothing else.
    private static Uri? Url(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url)
        && string.Equals(url.Scheme, Uri.UriSchemeHttp, StringComparison.Ordinal)
        && url.Host.Length > 0 && url.Port > 0 && url.UserInfo.Length == 0 && url.Fragment.Length == 0
        && string.Equals(url.PathAndQuery, "/", StringComparison.Ordinal)
        && (!url.IsDefaultPort || text.TrimEnd('/').EndsWith($":{url.Port}", StringComparison.Ordinal))
            ? url
            : null;
}
