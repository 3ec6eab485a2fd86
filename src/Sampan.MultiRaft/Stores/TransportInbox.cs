using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Groups;
using Sampan.MultiRaft.Snapshots;

namespace Sampan.MultiRaft.Stores;

/// <summary>
/// Where the transport leaves what arrives: each group's messages with its worker, identity with its own.
/// </summary>
internal sealed class TransportInbox : ITransportHandler
{
    private const int HeaderBytes = 128;

    private readonly GroupMailbox[] _mailboxes;
    private readonly IdentityWorker _identity;
    private readonly SnapshotWorker _snapshots;
    private readonly ITransport _transport;
    private readonly MessageChecks _checks;

    /// <summary>An inbox in front of these workers.</summary>
    public TransportInbox(
        GroupMailbox[] mailboxes,
        IdentityWorker identity,
        SnapshotWorker snapshots,
        ITransport transport,
        MessageChecks checks)
    {
        _mailboxes = mailboxes;
        _identity = identity;
        _snapshots = snapshots;
        _transport = transport;
        _checks = checks;
    }

    /// <inheritdoc/>
    public Handshake Introduce(StoreId to) => _identity.Introduce(to);

    /// <inheritdoc/>
    public void Decide(Handshake handshake, IHandshakeReply reply) => _identity.Decide(handshake, reply);

    /// <inheritdoc/>
    public void Opened(StoreConnection connection) => _identity.Opened(connection);

    /// <inheritdoc/>
    public void Received(StoreConnection from, StoreMessage message)
    {
        if (_checks.ObjectionTo(from, message) is { } objection)
        {
            _transport.Expel(from, objection);
            return;
        }

        if (message.Introduction is not null)
        {
            _identity.Introduced(from, message.Introduction);
            return;
        }

        var isTaken = MailboxOf(message.Group).Receive(from, message, CostOf(message));
        if (!isTaken && message.Forward is not null)
        {
            // A forward is answered whatever happens to it: nothing but the loss of its stream may leave it open.
            _transport.Send(from.Store, StoreMessage.Of(message.Forward.Refuse(RaftErrorCode.Busy)));
        }

        if (!isTaken && message.Snapshot is not null)
        {
            _snapshots.Refuse(from, message.Snapshot, "too many messages of the store wait here");
        }
    }

    /// <inheritdoc/>
    public void PeerLost(StoreConnection connection)
    {
        foreach (var mailbox in _mailboxes)
        {
            mailbox.PeerLost(connection);
        }

        _identity.PeerLost(connection);
    }

    /// <inheritdoc/>
    public void PeerUnreachable(StoreId store, GroupId group) => MailboxOf(group).PeerUnreachable(store, group);

    /// <inheritdoc/>
    public void SnapshotUnsent(StoreId store, SnapshotFrame frame) => _snapshots.Unsent(store, frame);

    /// <summary>The mailbox of a group's worker.</summary>
    public GroupMailbox MailboxOf(GroupId group) => _mailboxes[group.Value % (ulong)_mailboxes.Length];

    private static long CostOf(StoreMessage message)
    {
        var bytes = (long)HeaderBytes + (message.Forward?.Command.Length ?? 0)
            + (message.Snapshot?.Bytes.Length ?? 0) + (message.Snapshot?.Manifest.Length ?? 0);
        foreach (var entry in message.Raft?.Entries ?? [])
        {
            bytes += entry.SizeBytes;
        }

        return bytes;
    }
}
