namespace Sampan.MultiRaft.Abstractions;

/// <summary>Takes the decision on a handshake, once.</summary>
public interface IHandshakeReply
{
    /// <summary>The stream may be used.</summary>
    void Accept();

    /// <summary>
    /// The stream is closed; the sentence is sent to the other side and stands in both logs. It is all that somebody
    /// who was not accepted is told, so nothing that identifies this store may stand in it.
    /// </summary>
    /// <param name="reason">The sentence.</param>
    /// <param name="shown">
    /// What the other side must learn all the same, to decide on it in its turn: that it was given up (I-36). It names
    /// no incarnation that is true.
    /// </param>
    void Refuse(string reason, Handshake? shown = null);
}
