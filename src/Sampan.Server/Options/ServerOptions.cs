using System.Net;

namespace Sampan.Server.Options;

/// <summary>The settings of one store's server.</summary>
public sealed record ServerOptions
{
    // An entry fills a quarter of a segment at most, and that is 16 MiB with everything that stands around a request.
    private const int RequestBytesLimit = 15 * 1024 * 1024;
    private const int EntryOverheadBytes = 64 * 1024;
    private const int HeartbeatMillisecondsMax = 60_000;

    private const int ElectionMillisecondsMin = 50;
    private const int ElectionMillisecondsMax = 600_000;
    private const int HeartbeatsInElection = 5;

    // Election timeouts are spread over a quarter of one; five votes with a sync each must fit into that, else members
    // stand against each other for ever.
    private const int RoundTripsInElection = 20;
    private const int RoundTripMillisecondsMax = 10_000;
    private const int TxnOperationsLimit = 1_000_000;
    private const int SnapshotEntriesMin = 1;
    private const int SnapshotGrowthPercentMax = 1000;
    private const long DefaultQuotaBytes = 2L * 1024 * 1024 * 1024;

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

    /// <summary>How long a vote may take, there and back, one sync included.</summary>
    public required TimeSpan ElectionRoundTrip { get; init; }

    /// <summary>After how many entries a snapshot is taken.</summary>
    public required ulong SnapshotEntries { get; init; }

    /// <summary>
    /// How large the log since the last snapshot has to be before the next one is taken, in percent of that snapshot.
    /// </summary>
    public required int SnapshotGrowthPercent { get; init; }

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

    /// <summary>
    /// Reads settings, checked against each other; throws <see cref="SettingException"/> for one that is wrong, naming
    /// it, its value and what is allowed. Touches no disk and no network.
    /// </summary>
    public static ServerOptions From(Settings settings)
    {
        var reader = new SettingReader(settings);
        var name = settings["name"];
        if (name.Length == 0 || name.AsSpan().IndexOfAny("=,/\\ ") >= 0)
        {
            throw settings.Wrong("name", "a name without '=', ',', slashes and spaces");
        }

        var members = MembersOf(settings, reader, name);
        var (heartbeat, election, roundTrip) = TimesOf(settings, reader);
        var quota = reader.Number("quota-backend-bytes", -1, long.MaxValue);
        var (clients, peers) = EndpointsOf(settings, reader);
        return new ServerOptions
        {
            Name = name,
            DataPath = settings["data-dir"].Length > 0 ? settings["data-dir"] : $"{name}.sampan",
            ClientEndpoints = clients,
            ClientUrls = ClientUrlsOf(settings, reader),
            PeerEndpoint = peers,
            Members = members,
            Self = members.Single(member => string.Equals(member.Name, name, StringComparison.Ordinal)),
            IsNewCluster = IsNew(settings),
            HeartbeatInterval = TimeSpan.FromMilliseconds(heartbeat),
            ElectionTimeout = TimeSpan.FromMilliseconds(election),
            ElectionRoundTrip = TimeSpan.FromMilliseconds(roundTrip),
            SnapshotEntries = (ulong)reader.Number("snapshot-count", SnapshotEntriesMin, long.MaxValue),
            SnapshotGrowthPercent = (int)reader.Number("snapshot-growth", 0, SnapshotGrowthPercentMax),
            RequestBytesMax = (int)reader.Number("max-request-bytes", 1, RequestBytesLimit),
            TxnOperationsMax = (int)reader.Number("max-txn-ops", 1, TxnOperationsLimit),
            QuotaBytes = quota == 0 ? DefaultQuotaBytes : quota < 0 ? long.MaxValue : quota,
        };
    }

    /// <summary>
    /// Throws <see cref="ArgumentException"/> naming the setting, its value and what is allowed. What
    /// <see cref="From"/> returns is valid.
    /// </summary>
    public void Validate()
    {
        Require(Name.Length > 0, nameof(Name), Name, "a name");
        Require(DataPath.Length > 0, nameof(DataPath), DataPath, "a directory");
        Require(ClientEndpoints.Count > 0, nameof(ClientEndpoints), "empty", "at least one");
        Require(Members.Contains(Self), nameof(Members), string.Join(", ", Members), $"a list with {Self}");
        Require(
            HeartbeatInterval >= TimeSpan.FromMilliseconds(1),
            nameof(HeartbeatInterval),
            $"{HeartbeatInterval}",
            "at least a millisecond");
        Require(
            ElectionTimeout >= HeartbeatsInElection * HeartbeatInterval
                && ElectionTimeout > RoundTripsInElection * ElectionRoundTrip && ElectionRoundTrip > TimeSpan.Zero,
            nameof(ElectionTimeout),
            $"{ElectionTimeout}",
            $"at least {HeartbeatsInElection} times HeartbeatInterval and above {RoundTripsInElection} times "
            + $"ElectionRoundTrip ({ElectionRoundTrip}), which is above 0");
        Require(
            SnapshotEntries >= SnapshotEntriesMin,
            nameof(SnapshotEntries),
            $"{SnapshotEntries}",
            $"at least {SnapshotEntriesMin}");
        Require(
            SnapshotGrowthPercent is >= 0 and <= SnapshotGrowthPercentMax,
            nameof(SnapshotGrowthPercent),
            $"{SnapshotGrowthPercent}",
            $"from 0 to {SnapshotGrowthPercentMax}");
        Require(
            RequestBytesMax is >= 1 and <= RequestBytesLimit,
            nameof(RequestBytesMax),
            $"{RequestBytesMax}",
            $"from 1 to {RequestBytesLimit}");
        Require(TxnOperationsMax >= 1, nameof(TxnOperationsMax), $"{TxnOperationsMax}", "at least 1");
        Require(QuotaBytes >= 1, nameof(QuotaBytes), $"{QuotaBytes}", "at least 1");
        Require(
            SegmentBytes / 4 >= RequestBytesMax + EntryOverheadBytes,
            nameof(SegmentBytes),
            $"{SegmentBytes}",
            $"at least 4 times the largest entry, RequestBytesMax ({RequestBytesMax}) and {EntryOverheadBytes}");
    }

    private static (long Heartbeat, long Election, long RoundTrip) TimesOf(Settings settings, SettingReader reader)
    {
        const string Election = "election-timeout";
        var heartbeat = reader.Number("heartbeat-interval", 1, HeartbeatMillisecondsMax);
        var election = reader.Number(Election, ElectionMillisecondsMin, ElectionMillisecondsMax);
        var roundTrip = reader.Number("election-round-trip", 1, RoundTripMillisecondsMax);
        if (election < HeartbeatsInElection * heartbeat)
        {
            throw settings.Wrong(
                Election, $"at least {HeartbeatsInElection} times --heartbeat-interval, which is {heartbeat}");
        }

        return election > RoundTripsInElection * roundTrip
            ? (heartbeat, election, roundTrip)
            : throw settings.Wrong(
                Election, $"above {RoundTripsInElection} times --election-round-trip, which is {roundTrip}");
    }

    private static List<ClusterMember> MembersOf(Settings settings, SettingReader reader, string name)
    {
        const string Advertised = "initial-advertise-peer-urls";
        const string Cluster = "initial-cluster";
        var token = settings["initial-cluster-token"];
        var advertised = reader.SingleUrl(Advertised);
        var members = reader.Members(Cluster, token);
        if (members.Count == 0)
        {
            if (!IsNew(settings))
            {
                throw settings.Wrong(Cluster, "the list of all members where --initial-cluster-state is existing");
            }

            members = [ClusterMember.Of(name, advertised, token)];
        }

        var self = members.SingleOrDefault(member => string.Equals(member.Name, name, StringComparison.Ordinal))
            ?? throw settings.Wrong(Cluster, $"a list in which this member, '{name}', stands once");
        if (advertised != self.PeerUrl)
        {
            throw settings.Wrong(
                Advertised, $"the URL that --{Cluster} gives '{name}', {ClusterMember.Text(self.PeerUrl)}");
        }

        return members.Find(member => SettingReader.IsWildcard(member.PeerUrl)) is null
            ? members
            : throw settings.Wrong(
                settings.IsGiven(Cluster) ? Cluster : Advertised, "addresses that others can reach, not 0.0.0.0");
    }

    private static (List<IPEndPoint> Clients, IPEndPoint Peers) EndpointsOf(Settings settings, SettingReader reader)
    {
        const string Clients = "listen-client-urls";
        const string Peers = "listen-peer-urls";
        var peers = reader.Endpoint(Peers, reader.SingleUrl(Peers));
        var clients = reader.Urls(Clients).ConvertAll(url => reader.Endpoint(Clients, url));
        for (var i = 0; i < clients.Count; i++)
        {
            if (SettingReader.AreSame(clients[i], peers))
            {
                throw settings.Wrong(Clients, $"at another port than --{Peers}, {settings[Peers]}");
            }

            if (clients.FindIndex(other => SettingReader.AreSame(other, clients[i])) < i)
            {
                throw settings.Wrong(Clients, "a list that names no address twice");
            }
        }

        return (clients, peers);
    }

    private static List<string> ClientUrlsOf(Settings settings, SettingReader reader)
    {
        const string Advertised = "advertise-client-urls";
        const string Listen = "listen-client-urls";
        var urls = reader.Urls(settings[Advertised].Length > 0 ? Advertised : Listen);
        return urls.Exists(SettingReader.IsWildcard)
            ? throw settings.Wrong(
                Advertised, $"given where --{Listen} names no address that clients could use")
            : urls.ConvertAll(ClusterMember.Text);
    }

    private static bool IsNew(Settings settings) => settings["initial-cluster-state"] switch
    {
        "new" => true,
        "existing" => false,
        _ => throw settings.Wrong("initial-cluster-state", "new or existing"),
    };

    private static void Require(bool condition, string setting, string value, string allowed)
    {
        if (!condition)
        {
            throw new ArgumentException($"{setting} is {value}; it must be {allowed}.", setting);
        }
    }
}
