using Sampan.MultiRaft.Abstractions;

namespace Sampan.MultiRaft.Tests.Peers;

/// <summary>Keeps the decision, and asserts that there is only one.</summary>
internal sealed class Reply : IHandshakeReply
{
    /// <summary>Whether it was accepted; null while nothing was decided.</summary>
    public bool? IsAccepted { get; private set; }

    /// <summary>Why it was refused.</summary>
    public string Reason { get; private set; } = string.Empty;

    /// <inheritdoc/>
    public void Accept()
    {
        Assert.Null(IsAccepted);
        IsAccepted = true;
    }

    /// <inheritdoc/>
    public void Refuse(string reason, Handshake? shown = null)
    {
        Assert.Null(IsAccepted);
        IsAccepted = false;
        Reason = reason;
    }
}
