using Sampan.Model;

namespace Sampan.Raft;

/// <summary>Settings of one replica. All bounds are hard: what exceeds them is refused, never queued.</summary>
public sealed record ReplicaOptions
{
    /// <summary>The group.</summary>
    public required GroupId Group { get; init; }

    /// <summary>This replica.</summary>
    public required ReplicaId Replica { get; init; }

    /// <summary>This life of the store, for read requests that are forwarded.</summary>
    public required BootId Boot { get; init; }

    /// <summary>
    /// T: the least time without a leader after which a voter campaigns, and the length of its silence.
    /// </summary>
    public TimeSpan ElectionTimeout { get; init; } = TimeSpan.FromMilliseconds(1000);

    /// <summary>
    /// The T that the store kept before this start (a store record). Silence after the start, and stickiness in the
    /// first period, use the larger of both.
    /// </summary>
    public TimeSpan StoredElectionTimeout { get; init; } = TimeSpan.Zero;

    /// <summary>How often a leader tells its followers that it is there.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// A bound of the time in which a vote is asked for and answered, one sync included. The spread of election
    /// timeouts (a quarter of T) must exceed five of them.
    /// </summary>
    public TimeSpan ElectionRoundTrip { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Whether reads may rest on the leader's lease instead of a round of heartbeats.</summary>
    public bool LeaseReads { get; init; }

    /// <summary>How much faster one clock may run than another, in parts per thousand; shortens leases.</summary>
    public int ClockDriftPerMille { get; init; } = 100;

    /// <summary>Entry bytes of one append message.</summary>
    public int AppendBytesMax { get; init; } = 256 * 1024;

    /// <summary>Appends to one follower that are not answered yet.</summary>
    public int InflightMessagesMax { get; init; } = 256;

    /// <summary>Entry bytes of these appends.</summary>
    public long InflightBytesMax { get; init; } = 4 * 1024 * 1024;

    /// <summary>
    /// Bytes of entries that a leader holds and that are not committed; beyond it proposals are refused.
    /// </summary>
    public long UncommittedBytesMax { get; init; } = 64 * 1024 * 1024;

    /// <summary>Reads that wait for their index.</summary>
    public int PendingReadsMax { get; init; } = 16 * 1024;

    /// <summary>How many entries a learner may lack when it is promoted.</summary>
    public ulong CatchUpEntriesMax { get; init; } = 1000;

    /// <summary>Throws <see cref="ArgumentException"/> naming the setting, its value and what is allowed.</summary>
    public void Validate()
    {
        Require(Group.Value > 0, nameof(Group), Group.ToString(), "above 0");
        Require(Replica != ReplicaId.None, nameof(Replica), Replica.ToString(), "above 0");
        Require(ElectionTimeout > TimeSpan.Zero, nameof(ElectionTimeout), ElectionTimeout.ToString(), "above 0");
        Require(
            HeartbeatInterval > TimeSpan.Zero && HeartbeatInterval * 2 <= ElectionTimeout,
            nameof(HeartbeatInterval),
            HeartbeatInterval.ToString(),
            $"above 0 and at most half of the election timeout ({ElectionTimeout})");
        Require(
            ElectionRoundTrip > TimeSpan.Zero && ElectionRoundTrip * 20 < ElectionTimeout,
            nameof(ElectionRoundTrip),
            ElectionRoundTrip.ToString(),
            $"above 0 and less than a twentieth of the election timeout ({ElectionTimeout})");
        Require(
            ClockDriftPerMille is >= 0 and < 1000,
            nameof(ClockDriftPerMille),
            $"{ClockDriftPerMille}",
            "from 0 to 999");
        Require(AppendBytesMax > 0, nameof(AppendBytesMax), $"{AppendBytesMax}", "above 0");
        Require(InflightMessagesMax > 0, nameof(InflightMessagesMax), $"{InflightMessagesMax}", "above 0");
        Require(InflightBytesMax > 0, nameof(InflightBytesMax), $"{InflightBytesMax}", "above 0");
        Require(UncommittedBytesMax > 0, nameof(UncommittedBytesMax), $"{UncommittedBytesMax}", "above 0");
        Require(PendingReadsMax > 0, nameof(PendingReadsMax), $"{PendingReadsMax}", "above 0");
    }

    private static void Require(bool condition, string setting, string value, string allowed)
    {
        if (!condition)
        {
            throw new ArgumentException($"{setting} is {value}; it must be {allowed}.", setting);
        }
    }
}
