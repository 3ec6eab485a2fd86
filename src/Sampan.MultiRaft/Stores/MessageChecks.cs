using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.MultiRaft.Stores;

/// <summary>
/// What can be said of a message by itself, before anybody looks at its group: whether some honest store could have
/// sent it. Above all, an entry that could not be applied never gets into a log (I-38): it would end its store at this
/// start and at every later one. Any thread.
/// </summary>
internal sealed class MessageChecks
{
    private readonly StoreId _self;
    private readonly ILogStorage _log;

    /// <summary>Checks of what arrives at a store with this log.</summary>
    public MessageChecks(StoreId self, ILogStorage log)
    {
        _self = self;
        _log = log;
    }

    /// <summary>What is wrong with a message, as a sentence for the operator; null if nothing is.</summary>
    public string? ObjectionTo(StoreConnection from, StoreMessage message) => message switch
    {
        // Each may make a replica, whose record would be refused at every start.
        { Raft: { } raft } when raft.Group.Value == 0 || raft.To == ReplicaId.None =>
            "a message for no group or replica",
        // It moves files, which come with an offer.
        { Raft.Kind: MessageKind.Snapshot } => "a snapshot without its files",
        { Raft: { } raft } => ToEntries(raft),
        { Forward: { } forward } => ToForward(from, forward),
        { Snapshot: { Kind: SnapshotFrameKind.Offer } offer } => ToOffer(offer),
        _ => null,
    };

    private string? ToEntries(Message message)
    {
        if (message.Entries.Count > 0 && message.Kind != MessageKind.Append)
        {
            return $"{message.Kind} with entries";
        }

        foreach (var entry in message.Entries)
        {
            if (!IsApplicable(entry))
            {
                return $"entry {entry}, which could not be applied";
            }

            if (!Fits(message.Group, entry))
            {
                return $"entry {entry}, which no log here has room for";
            }
        }

        return null;
    }

    // Configurations are read by the core's own objections.
    private static bool IsApplicable(Entry entry) => entry.Kind switch
    {
        EntryKind.Empty => entry.Payload.Length == 0,
        EntryKind.Command => entry.Payload.Length >= CommandEnvelope.HeaderBytes,
        EntryKind.Configuration => true,
        _ => false,
    };

    // The log's own bound, not that of commands: members may be started with different ones, one after the other.
    private bool Fits(GroupId group, Entry entry)
    {
        if (entry.SizeBytes <= _log.BatchBytesMax / 2)
        {
            return true;
        }

        var alone = new PersistTask(group, number: 1) { HardState = new HardState(entry.Term, ReplicaId.None, 0) };
        alone.Entries.Add(entry);
        return _log.Cost(alone) <= _log.BatchBytesMax;
    }

    /// <summary>A proposal is passed on by the store whose door it came through, and answered to that one.</summary>
    private string? ToForward(StoreConnection from, ForwardedProposal forward)
    {
        if (forward.IsAnswer)
        {
            return forward.Origin.Store == _self ? null : "the answer to a proposal of another store";
        }

        return forward.Origin.Store == from.Store && forward.Origin.Boot == from.Boot
            ? null
            : "a proposal of another store or life";
    }

    private static string? ToOffer(SnapshotFrame offer) =>
        offer.Message is { Kind: MessageKind.Snapshot, Snapshot: not null, Entries.Count: 0 } message
        && message.Group == offer.Group
            ? null
            : "an offer of what is no snapshot of its group";
}
