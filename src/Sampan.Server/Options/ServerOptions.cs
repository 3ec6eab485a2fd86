using System.Globalization;
using System.Net;

namespace Sampan.Server.Options;

/// <summary>The settings of one store's server, checked against each other.</summary>
public sealed record ServerOptions
{
    private const long DefaultQuotaBytes = 2L * 1024 * 1024 * 1024;

    // An entry fills a quarter of a segment at most, and that is 16 MiB with everything that stands around a request.
    private const int RequestBytesLimit = 15 * 1024 * 1024;

    // Election timeouts are spread over a quarter of this; five votes with a sync each must fit into that, else members
    // stand against each other for ever.
    private const int ElectionTimeoutLeast = 250;
    private const int HeartbeatsPerElection = 5;

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its data directory.</summary>
    public required string DataPath { get; init; }

    /// <summary>Where clients are served.</summary>
    public required IReadOnlyList<IPEndPoint> ClientEndpoints { get; init; }

    /// <summary>What clients are told to use.</summary>
    public required IReadOnlyList<string> ClientUrls { get; init; }

    /// <summary>Where other members are served.</summary>
    public required IPEndPoint PeerEndpoint { get; init; }

    /// <summary>All first members.</summary>
    public required IReadOnlyList<ClusterMember> Members { get; init; }

    /// <summary>This one.</summary>
    public required ClusterMember Self { get; init; }

    /// <summary>Whether the cluster begins.</summary>
    public required bool IsNewCluster { get; init; }

    /// <summary>How often a leader says so.</summary>
    public required TimeSpan HeartbeatInterval { get; init; }

    /// <summary>After how long a silent leader is replaced.</summary>
    public required TimeSpan ElectionTimeout { get; init; }

    /// <summary>After how many entries a snapshot is taken.</summary>
    public required ulong SnapshotEntries { get; init; }

    /// <summary>How large a request may be.</summary>
    public required int RequestBytesMax { get; init; }

    /// <summary>How many operations a transaction may have.</summary>
    public required int TxnOperationsMax { get; init; }

    /// <summary>How much data there may be.</summary>
    public required long QuotaBytes { get; init; }

    /// <summary>Bytes of a segment of the log.</summary>
    public int SegmentBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>The cluster's id.</summary>
    public ulong ClusterId => ClusterMember.ClusterIdOf(Members);

    /// <summary>Throws <see cref="SettingException"/> for what <see cref="From"/> would not give.</summary>
    public void Validate()
    {
        if (ClientEndpoints.Count == 0 || !Members.Contains(Self) || ElectionTimeout < 5 * HeartbeatInterval)
        {
            throw new SettingException(
                $"The options of '{Name}' need a client endpoint, the member itself among the members, and an election "
                + $"timeout of at least five heartbeats; they have {ClientEndpoints.Count}, {Members.Count} and "
                + $"{ElectionTimeout}.");
        }
    }

    /// <summary>Reads settings; throws <see cref="SettingException"/> for one that is wrong. Touches no disk.</summary>
    public static ServerOptions From(Settings settings)
    {
        var name = settings["name"];
        if (name.Length == 0 || name.AsSpan().IndexOfAny("=,/\\ ") >= 0)
        {
            throw settings.Wrong("name", "a name without '=', ',', slashes and spaces");
        }

        var token = settings["initial-cluster-token"];
        var advertised = Urls(settings, "initial-advertise-peer-urls");
        var members = MembersOf(settings, name, advertised, token);
        var self = members.SingleOrDefault(member => string.Equals(member.Name, name, StringComparison.Ordinal))
            ?? throw settings.Wrong("initial-cluster", $"a list in which this member, '{name}', stands once");
        if (advertised.Count != 1 || advertised[0] != self.PeerUrl)
        {
            throw settings.Wrong(
                "initial-advertise-peer-urls",
                $"the URL that --initial-cluster gives '{name}', {ClusterMember.Text(self.PeerUrl)}");
        }

        var listenPeer = Urls(settings, "listen-peer-urls");
        if (listenPeer.Count != 1)
        {
            throw settings.Wrong("listen-peer-urls", "exactly one URL");
        }

        var heartbeat = Number(settings, "heartbeat-interval", 1, 60_000);
        var election = Number(settings, "election-timeout", ElectionTimeoutLeast, 600_000);
        if (election < HeartbeatsPerElection * heartbeat)
        {
            throw settings.Wrong("election-timeout", $"at least {HeartbeatsPerElection} times --heartbeat-interval, which is {heartbeat}");
        }

        var quota = Number(settings, "quota-backend-bytes", -1, long.MaxValue);
        var clientUrls = Urls(settings, "listen-client-urls");
        var clientEndpoints = clientUrls.ConvertAll(url => Endpoint(settings, "listen-client-urls", url));
        var isAdvertised = settings["advertise-client-urls"].Length > 0;
        if (!isAdvertised && clientEndpoints.Exists(endpoint =>
            endpoint.Address.Equals(IPAddress.Any) || endpoint.Address.Equals(IPAddress.IPv6Any)))
        {
            throw settings.Wrong(
                "advertise-client-urls", "given where --listen-client-urls names no address that clients could use");
        }

        return new ServerOptions
        {
            Name = name,
            DataPath = settings["data-dir"].Length > 0 ? settings["data-dir"] : $"{name}.sampan",
            ClientEndpoints = clientEndpoints,
            ClientUrls = [.. (isAdvertised ? Urls(settings, "advertise-client-urls") : clientUrls)
                .Select(ClusterMember.Text)],
            PeerEndpoint = Endpoint(settings, "listen-peer-urls", listenPeer[0]),
            Members = members,
            Self = self,
            IsNewCluster = settings["initial-cluster-state"] switch
            {
                "new" => true,
                "existing" => false,
                _ => throw settings.Wrong("initial-cluster-state", "new or existing"),
            },
            HeartbeatInterval = TimeSpan.FromMilliseconds(heartbeat),
            ElectionTimeout = TimeSpan.FromMilliseconds(election),
            SnapshotEntries = (ulong)Number(settings, "snapshot-count", 1, long.MaxValue),
            RequestBytesMax = (int)Number(settings, "max-request-bytes", 1, RequestBytesLimit),
            TxnOperationsMax = (int)Number(settings, "max-txn-ops", 1, 1_000_000),
            QuotaBytes = quota == 0 ? DefaultQuotaBytes : quota < 0 ? long.MaxValue : quota,
        };
    }

    private static List<ClusterMember> MembersOf(
        Settings settings, string name, List<Uri> advertised, string token)
    {
        var text = settings["initial-cluster"];
        if (text.Length == 0)
        {
            return [MemberOf(name, advertised[0], token)];
        }

        var members = new List<ClusterMember>();
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var at = part.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0 || !TryUrl(part[(at + 1)..], out var url))
            {
                throw settings.Wrong("initial-cluster", "a list like a=http://host:2380,b=http://host2:2380");
            }

            var member = MemberOf(part[..at], url, token);
            if (members.Exists(other =>
                other.Id == member.Id || string.Equals(other.Name, member.Name, StringComparison.Ordinal)))
            {
                throw settings.Wrong("initial-cluster", $"a list of different names and URLs ('{part}' stands twice)");
            }

            members.Add(member);
        }

        return members;
    }

    private static ClusterMember MemberOf(string name, Uri url, string token) =>
        new() { Name = name, PeerUrl = url, Id = ClusterMember.IdOf(url, token) };

    private static List<Uri> Urls(Settings settings, string name)
    {
        var urls = new List<Uri>();
        var parts = settings[name].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        foreach (var part in parts)
        {
            if (!TryUrl(part, out var url))
            {
                throw settings.Wrong(name, "URLs like http://host:2379, separated by commas (https is not there yet)");
            }

            urls.Add(url);
        }

        return urls.Count > 0 ? urls : throw settings.Wrong(name, "at least one URL");
    }

    private static bool TryUrl(string text, out Uri url)
    {
        var isUrl = Uri.TryCreate(text, UriKind.Absolute, out var parsed)
            && string.Equals(parsed.Scheme, Uri.UriSchemeHttp, StringComparison.Ordinal)
            && string.Equals(parsed.AbsolutePath, "/", StringComparison.Ordinal)
            && parsed.Host.Length > 0
            && parsed.Port > 0;
        url = isUrl && parsed is not null ? parsed : new Uri("http://localhost");
        return isUrl;
    }

    private static IPEndPoint Endpoint(Settings settings, string name, Uri url)
    {
        var host = url.Host.Trim('[', ']');
        if (string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase))
        {
            return new IPEndPoint(IPAddress.Loopback, url.Port);
        }

        return IPAddress.TryParse(host, out var address)
            ? new IPEndPoint(address, url.Port)
            : throw settings.Wrong(name, "URLs with an IP address of this machine, 0.0.0.0 or localhost");
    }

    private static long Number(Settings settings, string name, long least, long most) =>
        long.TryParse(settings[name], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most
            ? number
            : throw settings.Wrong(
                name, most == long.MaxValue ? $"a number from {least}" : $"a number from {least} to {most}");
}
