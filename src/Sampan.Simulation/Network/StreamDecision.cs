using Sampan.Base;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Simulation.Network;

/// <summary>Takes one store's decision on a handshake.</summary>
internal sealed class StreamDecision : IHandshakeReply
{
    private readonly Action<string?> _decided;
    private bool _isDecided;

    /// <summary>A decision that is passed on: null, or why it is refused.</summary>
    public StreamDecision(Action<string?> decided) => _decided = decided;

    /// <inheritdoc/>
    public void Accept() => Decide(null);

    /// <inheritdoc/>
    public void Refuse(string reason, Handshake? shown = null) => Decide(reason);

    private void Decide(string? refusal)
    {
        Invariant.Holds(!_isDecided);
        _isDecided = true;
        _decided(refusal);
    }
}
