using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.MultiRaft.Peers;

/// <summary>
/// The directory of another store that was accepted last, its present life, and what it said of itself. What it said is
/// durable there, so it outlives a restart, but not another directory.
/// </summary>
internal sealed class LivePeer
{
    private readonly Incarnation _self;

    /// <summary>A store whose handshake was accepted by this one.</summary>
    public LivePeer(Incarnation self, Handshake accepted)
    {
        _self = self;
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

    /// <summary>Whether it has shown that it knows this store's incarnation, as members do.</summary>
    public bool KnowsUs { get; private set; }

    /// <summary>The number of its newest stream that brought a message; 0 before the first.</summary>
    public ulong Stream { get; set; }

    /// <summary>The number of the stream to it that is open; 0: none is.</summary>
    public ulong OpenStream { get; set; }

    /// <summary>Another handshake of the same directory was accepted, perhaps of a new process.</summary>
    public void Begin(Handshake accepted)
    {
        Stream = accepted.Boot == Boot ? Stream : 0;
        OpenStream = accepted.Boot == Boot ? OpenStream : 0;
        Boot = accepted.Boot;
        Learn(accepted);
    }

    /// <summary>
    /// Takes over what it says. Facts only become true, so what arrives late does not undo them; but it may have
    /// recorded another directory of this store in the place of this one.
    /// </summary>
    public void Learn(Handshake facts)
    {
        HasRecordedUs = facts.RecordedReceiver.IsBound ? facts.RecordedReceiver == _self : HasRecordedUs;
        IsAdmitted |= facts.IsAdmitted;
        KnowsUs |= facts.RecordedReceiver == _self || Acquaintance.IsShown(facts, _self);
    }

    /// <summary>Its directory was given up, and with it what it had recorded.</summary>
    public void Forgets() => HasRecordedUs = false;
}
