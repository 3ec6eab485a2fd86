using Sampan.Base;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Simulation.Network;

/// <summary>Takes one store's decision on a handshake.</summary>
internal sealed class StreamDecision : IHandshakeReply
{
    private readonly Action<bool> _decided;
    private bool _isDecided;

    /// <summary>A decision that is passed on.</summary>
    public StreamDecision(Action<bool> decided) => _decided = decided;

    /// <inheritdoc/>
    public void Accept() => Decide(accepted: true);

    /// <inheritdoc/>
    public void Refuse(string reason) => Decide(accepted: false);

    private void Decide(bool accepted)
    {
        Invariant.Holds(!_isDecided);
        _isDecided = true;
        _decided(accepted);
    }
}
