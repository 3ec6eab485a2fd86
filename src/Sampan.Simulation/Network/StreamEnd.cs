using Sampan.Base;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Simulation.Network;

/// <summary>What one of two stores believes of the stream between them.</summary>
internal sealed class StreamEnd
{
    private readonly Instant[] _lastArrivals = new Instant[3];
    private readonly List<(int Lane, StoreMessage Message)> _held = [];

    /// <summary>The transport that the stream ends in.</summary>
    public SimulatedTransport? Transport { get; set; }

    /// <summary>What this end calls the stream, while it believes in it.</summary>
    public StoreConnection? Connection { get; set; }

    /// <summary>The stream that this end believes in; 0 for none.</summary>
    public ulong Epoch { get; set; }

    /// <summary>Of a stream that broke: what would arrive here later than this is lost.</summary>
    public Instant LostAfter { get; set; } = Instant.Never;

    /// <summary>Whether nothing that is sent to this end gets through.</summary>
    public bool IsBlocked { get; set; }

    /// <summary>Messages to this end that wait until the way is free.</summary>
    public List<(int Lane, StoreMessage Message)> Held => _held;

    /// <summary>A stream begins.</summary>
    public void Open(SimulatedTransport transport, StoreConnection connection, ulong epoch)
    {
        Transport = transport;
        Connection = connection;
        Epoch = epoch;
        LostAfter = Instant.Never;
        Array.Clear(_lastArrivals);
        _held.Clear();
    }

    /// <summary>The stream is over as far as this end knows.</summary>
    public void Close()
    {
        Connection = null;
        Epoch = 0;
        _held.Clear();
    }

    /// <summary>
    /// When a message on a lane arrives that could arrive at <paramref name="at"/>: never before one sent earlier.
    /// </summary>
    public Instant Order(int lane, Instant at)
    {
        _lastArrivals[lane] = Instant.Max(_lastArrivals[lane].After(TimeSpan.FromTicks(1)), at);
        return _lastArrivals[lane];
    }
}
