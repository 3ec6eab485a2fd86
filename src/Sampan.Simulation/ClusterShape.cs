using Sampan.Base;
using Sampan.Storage.Log;

namespace Sampan.Simulation;

/// <summary>
/// What kind of cluster a seed makes: how many stores, voters, learners and groups, and the settings that all stores
/// share. Drawn, but for what the options fix. Small clusters are drawn most: in them every fault tells.
/// </summary>
internal sealed class ClusterShape
{
    private static readonly int[] _voterWeights = [0, 8, 6, 50, 6, 20, 4, 6];

    /// <summary>Draws a shape.</summary>
    public ClusterShape(SimulationOptions options, Prng prng)
    {
        Voters = options.Voters ?? DrawVoters(options, prng);
        Learners = options.Learners ?? (prng.Chance(1, 4) ? prng.NextBetween(1, 3) : 0);
        var spares = options.Stores is { } stores ? Math.Max(0, stores - Voters) : prng.NextBelow(3);
        Stores = options.Stores ?? Voters + Learners + spares;
        Learners = Math.Min(Learners, Math.Max(0, Stores - Voters));
        Groups = options.Groups ?? DrawGroups(prng);
        Clients = options.Clients ?? prng.NextBetween(2, 8);
        Workload = options.Workload ?? (prng.Chance(1, 8) ? SimulatedWorkload.Etcd : SimulatedWorkload.Registers);
        LeaseReads = prng.Chance(1, 3);
        AppendBytesMax = prng.Chance(1, 3) ? prng.NextBetween(1, 200) : 256 * 1024;
        InflightMessagesMax = prng.Chance(1, 3) ? prng.NextBetween(1, 4) : 256;
        SegmentBytes = DrawSegmentBytes(prng);
        CatchUpEntriesMax = (ulong)prng.NextBetween(1, 100);
        ListsPeers = prng.Chance(1, 2);
        ChangesMembers = options.HasFaults & prng.Chance(2, 3);
        DamagesDisks = options.HasFaults & prng.Chance(1, 3);
        FailsDisks = options.HasFaults & prng.Chance(1, 2);
        ReordersMessages = options.HasFaults & prng.Chance(1, 3);
        ChangesTimeout = options.HasFaults & prng.Chance(1, 6);
    }

    /// <summary>Stores.</summary>
    public int Stores { get; }

    /// <summary>Voters that each group begins with.</summary>
    public int Voters { get; }

    /// <summary>Learners that each group begins with.</summary>
    public int Learners { get; }

    /// <summary>Groups.</summary>
    public int Groups { get; }

    /// <summary>Clients.</summary>
    public int Clients { get; }

    /// <summary>What the groups replicate.</summary>
    public SimulatedWorkload Workload { get; }

    /// <summary>Whether reads may rest on leases.</summary>
    public bool LeaseReads { get; }

    /// <summary>Entry bytes of one append; small ones take logs apart.</summary>
    public int AppendBytesMax { get; }

    /// <summary>Appends under way to one follower.</summary>
    public int InflightMessagesMax { get; }

    /// <summary>Bytes of a segment of the log.</summary>
    public int SegmentBytes { get; }

    /// <summary>How far a learner may lag when it is promoted.</summary>
    public ulong CatchUpEntriesMax { get; }

    /// <summary>
    /// Whether each store's operator has named all stores; else they know each other by configurations.
    /// </summary>
    public bool ListsPeers { get; }

    /// <summary>Whether members come and go.</summary>
    public bool ChangesMembers { get; }

    /// <summary>Whether disks forget or garble what they held.</summary>
    public bool DamagesDisks { get; }

    /// <summary>Whether calls of the disk fail.</summary>
    public bool FailsDisks { get; }

    /// <summary>Whether messages between replicas are repeated and overtake each other.</summary>
    public bool ReordersMessages { get; }

    /// <summary>Whether stores come back with other election timeouts.</summary>
    public bool ChangesTimeout { get; }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Stores} stores, {Groups} groups of {Voters} voters and {Learners} learners, {Workload}"
        + (LeaseReads ? ", leases" : string.Empty);

    private static int DrawVoters(SimulationOptions options, Prng prng)
    {
        var most = Math.Min(_voterWeights.Length - 1, options.Stores ?? int.MaxValue);
        var drawn = prng.NextBelow(_voterWeights.Take(most + 1).Sum());
        var voters = 1;
        while (drawn >= _voterWeights[voters])
        {
            drawn -= _voterWeights[voters];
            voters++;
        }

        return voters;
    }

    // As small as the groups allow, so that logs roll and recycle; or twice that.
    private int DrawSegmentBytes(Prng prng)
    {
        var bytes = 64 * 1024;
        while (SegmentHalf(bytes) < Groups * LogOptions.GroupBytesMax)
        {
            bytes *= 2;
        }

        return bytes << prng.NextBelow(2);

        static long SegmentHalf(int bytes) => (bytes / 2) - 4096;
    }

    private static int DrawGroups(Prng prng) => prng.NextBelow(10) switch
    {
        < 7 => 1,
        < 9 => prng.NextBetween(2, 4),
        _ => prng.NextBetween(5, 16),
    };
}
