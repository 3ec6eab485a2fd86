using Sampan.Base;
using Sampan.Model;

namespace Sampan.Raft.Tests.Random;

/// <summary>
/// What kind of world a seed lives in. Each seed has some kinds of events often and others never, since faults that are
/// all equally likely hide each other.
/// </summary>
internal sealed class RandomProfile
{
    private readonly int[] _weights;
    private readonly int _total;

    /// <summary>Draws a world.</summary>
    public RandomProfile(Prng prng)
    {
        Voters = prng.Chance(1, 8) ? 1 : prng.NextBetween(2, 5);
        IsSynchronous = prng.Chance(1, 3);
        ElectionTimeout = TimeSpan.FromMilliseconds(100 << prng.NextBelow(5));
        Protocol = DrawProtocol(prng);
        FlushesApplied = prng.Chance(1, 2);
        LeaseReads = Protocol is { CheckQuorum: true, Stickiness: true } && prng.Chance(1, 2);
        ClockDriftPerMille = prng.Chance(1, 2) ? 45 : 0;
        AppendBytesMax = prng.Chance(1, 2) ? 256 * 1024 : prng.NextBetween(40, 400);
        InflightMessagesMax = prng.Chance(1, 2) ? 256 : prng.NextBetween(1, 4);
        UncommittedBytesMax = prng.Chance(1, 2) ? 64 * 1024 * 1024 : prng.NextBetween(100, 2000);
        PendingReadsMax = prng.NextBetween(1, 16);
        CatchUpEntriesMax = (ulong)prng.NextBetween(1, 50);
        ReorderChance = prng.NextBelow(4) switch { 0 or 1 => 0U, 2 => 20U, _ => 60U };
        StepMax = ElectionTimeout * prng.NextBetween(2, 50) / 100;
        LosesSnapshots = prng.Chance(1, 3);
        _weights = [.. Enum.GetValues<RandomAction>().Select(action => Weight(action, prng))];
        _total = _weights.Sum();
    }

    /// <summary>Voters of the first configuration.</summary>
    public int Voters { get; }

    /// <summary>T.</summary>
    public TimeSpan ElectionTimeout { get; }

    /// <summary>
    /// The protocol: mostly that of the product. The other ones elect more often and keep stale leaders longer, and
    /// must be as safe.
    /// </summary>
    public ProtocolOptions Protocol { get; }

    /// <summary>Whether every replica does all its work after each event.</summary>
    public bool IsSynchronous { get; }

    /// <summary>Whether state machines are durable at once.</summary>
    public bool FlushesApplied { get; }

    /// <summary>Whether reads may rest on leases.</summary>
    public bool LeaseReads { get; }

    /// <summary>How far clocks drift at most; less than the options allow.</summary>
    public int ClockDriftPerMille { get; }

    /// <summary>See <see cref="ReplicaOptions.AppendBytesMax"/>.</summary>
    public int AppendBytesMax { get; }

    /// <summary>See <see cref="ReplicaOptions.InflightMessagesMax"/>.</summary>
    public int InflightMessagesMax { get; }

    /// <summary>See <see cref="ReplicaOptions.UncommittedBytesMax"/>.</summary>
    public long UncommittedBytesMax { get; }

    /// <summary>See <see cref="ReplicaOptions.PendingReadsMax"/>.</summary>
    public int PendingReadsMax { get; }

    /// <summary>See <see cref="ReplicaOptions.CatchUpEntriesMax"/>.</summary>
    public ulong CatchUpEntriesMax { get; }

    /// <summary>In percent, how often a message overtakes others of its link.</summary>
    public uint ReorderChance { get; }

    /// <summary>How much time passes at most in one event.</summary>
    public TimeSpan StepMax { get; }

    /// <summary>Whether a replica may come back without its snapshots.</summary>
    public bool LosesSnapshots { get; }

    /// <summary>Draws what happens next.</summary>
    public RandomAction Draw(Prng prng)
    {
        var drawn = prng.NextBelow(_total);
        var action = 0;
        while (drawn >= _weights[action])
        {
            drawn -= _weights[action];
            action++;
        }

        return (RandomAction)action;
    }

    /// <summary>The options of every replica.</summary>
    public ReplicaOptions Configure(ReplicaOptions options) => options with
    {
        ElectionTimeout = ElectionTimeout,
        HeartbeatInterval = ElectionTimeout / 10,
        ElectionRoundTrip = ElectionTimeout / 50,
        LeaseReads = LeaseReads,
        AppendBytesMax = AppendBytesMax,
        InflightMessagesMax = InflightMessagesMax,
        UncommittedBytesMax = UncommittedBytesMax,
        PendingReadsMax = PendingReadsMax,
        CatchUpEntriesMax = CatchUpEntriesMax,
    };

    private static ProtocolOptions DrawProtocol(Prng prng) => prng.Chance(1, 2)
        ? new ProtocolOptions()
        : new ProtocolOptions
        {
            PreVote = prng.Chance(1, 2),
            CheckQuorum = prng.Chance(1, 2),
            Stickiness = prng.Chance(1, 2),
            AlwaysJoint = prng.Chance(1, 2),
        };

    private static int Weight(RandomAction action, Prng prng) => action switch
    {
        RandomAction.Deliver => 600,
        RandomAction.Work => 600,
        RandomAction.Finish => prng.NextBetween(0, 60),
        RandomAction.Calm => prng.NextBetween(0, 20),
        RandomAction.PassTime => prng.NextBetween(40, 200),
        RandomAction.Propose => prng.NextBetween(10, 100),
        RandomAction.Heal => prng.NextBetween(10, 40),
        RandomAction.Restart => prng.NextBetween(20, 60),
        RandomAction.Drop => Sometimes(60, prng),
        RandomAction.Double => Sometimes(40, prng),
        RandomAction.Read => Sometimes(100, prng),
        RandomAction.Change => Sometimes(20, prng),
        RandomAction.Snapshot or RandomAction.Compact => Sometimes(40, prng),
        _ => Sometimes(12, prng),
    };

    private static int Sometimes(int weight, Prng prng) => prng.NextBelow(6) switch
    {
        0 or 1 => 0,
        2 => weight * 3,
        _ => prng.NextBetween(1, weight),
    };
}
