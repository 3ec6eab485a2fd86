namespace Sampan.Simulation.Network;

/// <summary>How the network behaves at the moment, for all pairs of stores.</summary>
internal sealed class NetworkWeather
{
    /// <summary>The least time that a message takes, in microseconds.</summary>
    public int LatencyMicroseconds { get; set; } = 50;

    /// <summary>What is added to it at most, in microseconds.</summary>
    public int JitterMicroseconds { get; set; } = 300;

    /// <summary>How many messages of a thousand take a hundred times as long.</summary>
    public uint TailPerMille { get; set; } = 5;

    /// <summary>
    /// How many raft messages of a thousand find their queue full and are dropped: appends are reported, others are
    /// not; and how many frames of snapshots do, and end their stream.
    /// </summary>
    public uint DropPerMille { get; set; }

    /// <summary>
    /// How many raft messages of a thousand arrive twice. No stream does that; the core must bear it all the same.
    /// </summary>
    public uint RepeatPerMille { get; set; }

    /// <summary>How many raft messages of a thousand are overtaken by later ones of their stream.</summary>
    public uint OvertakePerMille { get; set; }

    /// <summary>Nothing is wrong any more.</summary>
    public void Calm()
    {
        DropPerMille = 0;
        RepeatPerMille = 0;
        OvertakePerMille = 0;
        TailPerMille = 1;
        JitterMicroseconds = 300;
    }
}
