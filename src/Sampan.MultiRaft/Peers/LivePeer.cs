using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.MultiRaft.Peers;

/// <summary>
/// The directory of another store that was accepted last, its present life, and what it said of itself. What it said is
/// durable there, so it outlives a restart, but not another directory.
/// </summary>
internal sealed class LivePeer
{
    /// <summary>A store whose handshake was accepted.</summary>
    public LivePeer(Handshake accepted)
    {
        Incarnation = accepted.Incarnation;
        Begin(accepted);
    }

    /// <summary>Its process.</summary>
    public BootId Boot { get; private set; }

    /// <summary>Its data directory.</summary>
    public Incarnation Incarnation { get; }

    /// <summary>Whether it has recorded this store's incarnation.</summary>
    public bool HasRecordedUs { get; private set; }

    /// <summary>Whether it was admitted.</summary>
    public bool IsAdmitted { get; private set; }

    /// <summary>The number of its newest stream that brought a message; 0 before the first.</summary>
    public ulong Stream { get; set; }

    /// <summary>Another handshake of the same directory was accepted, perhaps of a new process.</summary>
    public void Begin(Handshake accepted)
    {
        Stream = accepted.Boot == Boot ? Stream : 0;
        Boot = accepted.Boot;
        Learn(accepted);
    }

    /// <summary>Takes over what it says. Facts only become true, so what arrives late does not undo them.</summary>
    public void Learn(Handshake facts)
    {
        HasRecordedUs |= facts.HasRecordedReceiver;
        IsAdmitted |= facts.IsAdmitted;
    }

    /// <summary>Its directory was given up, and with it what it had recorded.</summary>
    public void Forgets() => HasRecordedUs = false;
}
