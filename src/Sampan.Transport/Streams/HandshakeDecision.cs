using Sampan.MultiRaft.Abstractions;

namespace Sampan.Transport.Streams;

/// <summary>Waits for the decision on a handshake.</summary>
internal sealed class HandshakeDecision : IHandshakeReply
{
    // Guards the fields below, and is signalled when they are set.
    private readonly object _gate = new();
    private bool _isDecided;
    private string? _refusal;
    private Handshake? _shown;

    /// <summary>What the other side is shown beside a refusal; known once the wait is over.</summary>
    public Handshake? Shown
    {
        get
        {
            // The gate of the decision.
            lock (_gate)
            {
                return _shown;
            }
        }
    }

    /// <inheritdoc/>
    public void Accept() => Decide(refusal: null);

    /// <inheritdoc/>
    public void Refuse(string reason, Handshake? shown = null) => Decide(reason, shown);

    /// <summary>Waits, so long at most; true if it was accepted, else with the reason.</summary>
    public bool Wait(TimeSpan patience, out string refusal)
    {
        // The gate of the decision.
        lock (_gate)
        {
            if (!_isDecided)
            {
                Monitor.Wait(_gate, patience);
            }

            refusal = _isDecided ? _refusal ?? string.Empty : "the store could not decide in time; is its disk slow?";
            return _isDecided && _refusal is null;
        }
    }

    private void Decide(string? refusal, Handshake? shown = null)
    {
        // The gate of the decision.
        lock (_gate)
        {
            _refusal = refusal;
            _shown = shown;
            _isDecided = true;
            Monitor.PulseAll(_gate);
        }
    }
}
