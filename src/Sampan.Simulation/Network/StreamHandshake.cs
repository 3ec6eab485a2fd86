namespace Sampan.Simulation.Network;

/// <summary>A handshake between two processes that both must agree to.</summary>
internal sealed class StreamHandshake
{
    private int _answers;
    private int _accepted;

    /// <summary>A handshake for a stream to be.</summary>
    public StreamHandshake(ulong epoch, SimulatedTransport first, SimulatedTransport second)
    {
        Epoch = epoch;
        First = first;
        Second = second;
    }

    /// <summary>The stream to be.</summary>
    public ulong Epoch { get; }

    /// <summary>One process.</summary>
    public SimulatedTransport First { get; }

    /// <summary>The other one.</summary>
    public SimulatedTransport Second { get; }

    /// <summary>Whether both have answered.</summary>
    public bool IsDecided => _answers == 2;

    /// <summary>Whether both agree.</summary>
    public bool IsAccepted => _accepted == 2;

    /// <summary>One of them answers.</summary>
    public void Add(bool accepted)
    {
        _answers++;
        _accepted += accepted ? 1 : 0;
    }
}
