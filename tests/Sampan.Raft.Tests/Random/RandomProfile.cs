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
        Voters = prng.NextBetween(1, 5);
        IsSynchronous = prng.Chance(1, 3);
        FlushesApplied = prng.Chance(1, 2);
        LeaseReads = prng.Chance(1, 3);
        ClockDriftPerMille = prng.Chance(1, 2) ? 45 : 0;
        AppendBytesMax = prng.Chance(1, 2) ? 256 * 1024 : prng.NextBetween(40, 400);
        InflightMessagesMax = prng.Chance(1, 2) ? 256 : prng.NextBetween(1, 4);
        UncommittedBytesMax = prng.Chance(1, 2) ? 64 * 1024 * 1024 : prng.NextBetween(100, 2000);
        PendingReadsMax = prng.NextBetween(1, 16);
        CatchUpEntriesMax = (ulong)prng.NextBetween(1, 50);
        ReorderChance = prng.Chance(1, 2) ? 0U : 20U;
        StepMilliseconds = prng.NextBetween(5, 150);
        LosesSnapshots = prng.Chance(1, 3);
        _weights = [.. Enum.GetValues<RandomAction>().Select(action => Weight(action, prng))];
        _total = _weights.Sum();
    }

    /// <summary>Voters of the first configuration.</summary>
    public int Voters { get; }

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
    public int StepMilliseconds { get; }

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
        LeaseReads = LeaseReads,
        AppendBytesMax = AppendBytesMax,
        InflightMessagesMax = InflightMessagesMax,
        UncommittedBytesMax = UncommittedBytesMax,
        PendingReadsMax = PendingReadsMax,
        CatchUpEntriesMax = CatchUpEntriesMax,
    };

    private static int Weight(RandomAction action, Prng prng) => action switch
    {
        RandomAction.Deliver => 400,
        RandomAction.Work => 400,
        RandomAction.Finish => prng.NextBetween(0, 60),
        RandomAction.PassTime => prng.NextBetween(40, 200),
        RandomAction.Propose => prng.NextBetween(10, 100),
        RandomAction.Heal => prng.NextBetween(4, 12),
        RandomAction.Restart => prng.NextBetween(10, 30),
        RandomAction.Drop => Sometimes(60, prng),
        RandomAction.Double => Sometimes(40, prng),
        RandomAction.Read => Sometimes(40, prng),
        RandomAction.Change => Sometimes(20, prng),
        RandomAction.Snapshot or RandomAction.Compact => Sometimes(40, prng),
        _ => Sometimes(8, prng),
    };

    private static int Sometimes(int weight, Prng prng) => prng.Chance(1, 3) ? 0 : prng.NextBetween(1, weight);
}
