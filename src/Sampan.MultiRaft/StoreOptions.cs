using Sampan.Model;
using Sampan.Raft;

namespace Sampan.MultiRaft;

/// <summary>
/// Settings of a store's host. Every bound is hard: what exceeds it is refused with a code, or dropped as said.
/// </summary>
public sealed record StoreOptions
{
    /// <summary>This store.</summary>
    public required StoreId Store { get; init; }

    /// <summary>The cluster it belongs to.</summary>
    public required ulong ClusterId { get; init; }

    /// <summary>Its data directory.</summary>
    public required Incarnation Incarnation { get; init; }

    /// <summary>Its process.</summary>
    public required BootId Boot { get; init; }

    /// <summary>
    /// Other stores that the operator named. They may connect before any configuration here names them, and make the
    /// first replicas of a store that joins. Whoever is neither named here nor by a configuration, and cannot show that
    /// he knows this store, is refused.
    /// </summary>
    public IReadOnlyList<StoreId> Peers { get; init; } = [];

    /// <summary>T of all groups (see <see cref="Raft.ReplicaOptions.ElectionTimeout"/>).</summary>
    public TimeSpan ElectionTimeout { get; init; } = TimeSpan.FromMilliseconds(1000);

    /// <summary>Heartbeats of all groups.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// A bound of one election round trip, one sync included. <see cref="ElectionTimeout"/> must be above twenty of
    /// them (see <see cref="ReplicaOptions.ElectionRoundTrip"/>).
    /// </summary>
    public TimeSpan ElectionRoundTrip { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Whether linearizable reads may rest on leader leases.</summary>
    public bool LeaseReads { get; init; }

    /// <summary>Entry bytes of one append message; a larger entry goes alone.</summary>
    public int AppendBytesMax { get; init; } = 256 * 1024;

    /// <summary>Appends to one follower that are not answered yet.</summary>
    public int InflightMessagesMax { get; init; } = 256;

    /// <summary>How many entries a learner may lack when it is promoted.</summary>
    public ulong CatchUpEntriesMax { get; init; } = 1000;

    /// <summary>Bytes of a command at most.</summary>
    public int CommandBytesMax { get; init; } = 2 * 1024 * 1024;

    /// <summary>Requests of doors that wait for a group worker; beyond it they are refused as busy.</summary>
    public int RequestsMax { get; init; } = 16 * 1024;

    /// <summary>Bytes of their commands and queries.</summary>
    public long RequestBytesMax { get; init; } = 64 * 1024 * 1024;

    /// <summary>Proposals of one group at this store that are not applied yet.</summary>
    public int PendingProposalsMax { get; init; } = 16 * 1024;

    /// <summary>Bytes of one peer's messages that wait for a group worker; beyond it they are dropped.</summary>
    public long PeerBytesMax { get; init; } = 32 * 1024 * 1024;

    /// <summary>Bytes that wait for the log writer; beyond it groups persist nothing more.</summary>
    public long LogQueueBytesMax { get; init; } = 32 * 1024 * 1024;

    /// <summary>Entries of one group that wait for its state machine.</summary>
    public int ApplyEntriesMax { get; init; } = 4096;

    /// <summary>Bytes of durable entries that are kept in memory, over all groups of a worker.</summary>
    public long EntryCacheBytesMax { get; init; } = 64 * 1024 * 1024;

    /// <summary>Bytes that the log reader fetches at once.</summary>
    public int ReadBytesMax { get; init; } = 1024 * 1024;

    /// <summary>
    /// Entries between two snapshots of a group, at least; 0: only on demand. See also
    /// <see cref="SnapshotGrowthPercent"/>.
    /// </summary>
    public ulong SnapshotEntries { get; init; } = 100_000;

    /// <summary>
    /// How large the entries since the newest snapshot have to be before the next one is taken, in percent of that
    /// snapshot's size. With 100 snapshots write about as much as the log does, however large the state is; 0 takes one
    /// every <see cref="SnapshotEntries"/>, which keeps the log and a restart shorter.
    /// </summary>
    public int SnapshotGrowthPercent { get; init; } = 100;

    /// <summary>Entries kept behind the older snapshot, so that a follower that lags a little needs none.</summary>
    public ulong CompactionMarginEntries { get; init; } = 5_000;

    /// <summary>
    /// Bytes of snapshots that may be on their way from one store to another, over all groups. It has to be far below
    /// what the transport lets wait (see its options), or snapshots would end its streams.
    /// </summary>
    public int SnapshotWindowBytes { get; init; } = 1024 * 1024;

    /// <summary>
    /// Snapshots on their way from one store to another at the same time; they share the window. Others wait.
    /// </summary>
    public int SnapshotSendsPerStoreMax { get; init; } = 2;

    /// <summary>Snapshots on their way from this store at the same time; others wait.</summary>
    public int SnapshotSendsMax { get; init; } = 8;

    /// <summary>
    /// Snapshots on their way to this store at the same time; others are refused, and offered again later.
    /// </summary>
    public int SnapshotReceivesMax { get; init; } = 16;

    /// <summary>
    /// After how many election timeouts without a word of the receiver a sender gives a snapshot's transfer up, and
    /// begins anew if it is still needed; a receiver waits twice as long. What is lost is noticed otherwise, and soon:
    /// this is for what nobody noticed. A receiver that syncs a large snapshot says nothing meanwhile.
    /// </summary>
    public int SnapshotStallElectionTimeouts { get; init; } = 30;

    /// <summary>What one transfer has of the window.</summary>
    internal int SnapshotShareBytes => SnapshotWindowBytes / SnapshotSendsPerStoreMax;

    /// <summary>Throws <see cref="ArgumentException"/> naming the setting, its value and what is allowed.</summary>
    public void Validate()
    {
        Require(Store.Value > 0, nameof(Store), $"{Store}", "above 0");
        Require(Incarnation.IsBound, nameof(Incarnation), $"{Incarnation}", "not zero");
        // The core's own rules, now: a group worker would meet them when the first replica is made.
        OfReplica(new GroupId(1), new ReplicaId(1), TimeSpan.Zero).Validate();
        Require(CommandBytesMax > 0, nameof(CommandBytesMax), $"{CommandBytesMax}", "above 0");
        Require(AppendBytesMax > 0, nameof(AppendBytesMax), $"{AppendBytesMax}", "above 0");
        Require(InflightMessagesMax > 0, nameof(InflightMessagesMax), $"{InflightMessagesMax}", "above 0");
        Require(RequestsMax > 0, nameof(RequestsMax), $"{RequestsMax}", "above 0");
        Require(
            RequestBytesMax >= CommandBytesMax,
            nameof(RequestBytesMax),
            $"{RequestBytesMax}",
            $"at least one command ({CommandBytesMax})");
        Require(PendingProposalsMax > 0, nameof(PendingProposalsMax), $"{PendingProposalsMax}", "above 0");
        Require(
            PeerBytesMax >= CommandBytesMax,
            nameof(PeerBytesMax),
            $"{PeerBytesMax}",
            $"at least one command ({CommandBytesMax})");
        Require(
            LogQueueBytesMax >= CommandBytesMax,
            nameof(LogQueueBytesMax),
            $"{LogQueueBytesMax}",
            $"at least one command ({CommandBytesMax})");
        Require(ApplyEntriesMax > 0, nameof(ApplyEntriesMax), $"{ApplyEntriesMax}", "above 0");
        Require(EntryCacheBytesMax > 0, nameof(EntryCacheBytesMax), $"{EntryCacheBytesMax}", "above 0");
        Require(ReadBytesMax > 0, nameof(ReadBytesMax), $"{ReadBytesMax}", "above 0");
        Require(
            SnapshotGrowthPercent is >= 0 and <= 1000,
            nameof(SnapshotGrowthPercent),
            $"{SnapshotGrowthPercent}",
            "from 0 to 1000");
        Require(
            SnapshotWindowBytes >= 64 * 1024, nameof(SnapshotWindowBytes), $"{SnapshotWindowBytes}", "at least 65536");
        Require(
            SnapshotSendsPerStoreMax is >= 1 and <= 64,
            nameof(SnapshotSendsPerStoreMax),
            $"{SnapshotSendsPerStoreMax}",
            "from 1 to 64");
        Require(SnapshotSendsMax > 0, nameof(SnapshotSendsMax), $"{SnapshotSendsMax}", "above 0");
        Require(SnapshotReceivesMax > 0, nameof(SnapshotReceivesMax), $"{SnapshotReceivesMax}", "above 0");
        Require(
            SnapshotStallElectionTimeouts >= 2,
            nameof(SnapshotStallElectionTimeouts),
            $"{SnapshotStallElectionTimeouts}",
            "at least 2");
    }

    /// <summary>What a replica of this store is made with.</summary>
    internal ReplicaOptions OfReplica(GroupId group, ReplicaId replica, TimeSpan storedElectionTimeout) => new()
    {
        Group = group,
        Replica = replica,
        Boot = Boot,
        ElectionTimeout = ElectionTimeout,
        StoredElectionTimeout = storedElectionTimeout,
        HeartbeatInterval = HeartbeatInterval,
        ElectionRoundTrip = ElectionRoundTrip,
        LeaseReads = LeaseReads,
        AppendBytesMax = AppendBytesMax,
        InflightMessagesMax = InflightMessagesMax,
        CatchUpEntriesMax = CatchUpEntriesMax,
    };

    private static void Require(bool condition, string setting, string value, string allowed)
    {
        if (!condition)
        {
            throw new ArgumentException($"{setting} is {value}; it must be {allowed}.", setting);
        }
    }
}
