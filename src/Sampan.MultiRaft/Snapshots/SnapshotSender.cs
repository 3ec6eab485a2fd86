using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Groups;

namespace Sampan.MultiRaft.Snapshots;

/// <summary>
/// Sends snapshots to other stores: an offer, then chunks as the receiver grants credit. A few at a time, to one store
/// and to all, and of one store's window each its share; the others wait in the order in which they were asked for.
/// Snapshot worker only.
/// </summary>
/// <remarks>
/// Why no core waits for ever (I-32). 1. A transfer that waits is offered as soon as one before it ends. 2. One that
/// was offered ends by the receiver's word, by the loss of its stream, because a frame of it could not be sent, or
/// because the receiver is silent for too long. 3. Every end is told to whoever asked, unless he asked for another one
/// or gave it up himself; and told with what he asked for, so that it is never taken for the end of a later one. A
/// refusal is told an election timeout later: a receiver without room for it is not asked again at once.
/// </remarks>
internal sealed class SnapshotSender
{
    private const int ChunkBytesMax = 192 * 1024;
    private const string GivenUp = "the sender gave it up";

    private readonly StoreOptions _options;
    private readonly ISnapshotStorage _storage;
    private readonly TransferFrames _frames;
    private readonly MonotonicClock _clock;
    private readonly TimeSpan _patience;
    private readonly int _creditBytesMax;

    // Bounded: over the three of them one a replica that a core of this store asked for.
    private readonly List<OutgoingTransfer> _waiting = [];
    private readonly SortedDictionary<ulong, OutgoingTransfer> _running = [];
    private readonly List<OutgoingTransfer> _refused = [];
    private ulong _lastNumber;

    /// <summary>A sender without transfers.</summary>
    public SnapshotSender(StoreOptions options, ISnapshotStorage storage, TransferFrames frames, MonotonicClock clock)
    {
        _options = options;
        _storage = storage;
        _frames = frames;
        _clock = clock;
        _patience = options.ElectionTimeout * options.SnapshotStallElectionTimeouts;
        _creditBytesMax = options.SnapshotShareBytes;
    }

    /// <summary>
    /// A core wants a snapshot sent. It asks for one at a time for a replica: an older one has ended without a report,
    /// or its end was overtaken.
    /// </summary>
    public void Begin(ReplicaHost host, StoreId to, Message message)
    {
        GiveUp(transfer => transfer.Host == host && transfer.Message.To == message.To);
        if (!host.IsBuried)
        {
            _waiting.Add(new OutgoingTransfer(host, to, message));
        }
    }

    /// <summary>A core no longer waits for a snapshot that it wanted sent.</summary>
    public void Cancel(ReplicaHost host, Message message) =>
        GiveUp(transfer => transfer.Host == host && ReferenceEquals(transfer.Message, message));

    /// <summary>A group is gone: nobody waits for its transfers.</summary>
    public void EndGroup(GroupId group) => GiveUp(transfer => transfer.Host.Group == group);

    /// <summary>A receiver answers: so much more, done, or not.</summary>
    public void Take(StoreConnection from, SnapshotFrame frame)
    {
        if (!_running.TryGetValue(frame.Transfer, out var transfer) || transfer.To != from.Store
            || transfer.Host.Group != frame.Group || (transfer.Over is { } over && over != from))
        {
            return;
        }

        transfer.Over = from;
        transfer.Due = _clock.Now.After(_patience);
        switch (frame.Kind)
        {
            case SnapshotFrameKind.Credit:
                // Never more than the share: whatever it grants, this store's streams have their bounds.
                var granted = Math.Clamp(frame.CreditBytes, 0, _creditBytesMax);
                transfer.CreditBytes = Math.Min(transfer.CreditBytes + granted, _creditBytesMax);
                break;
            case SnapshotFrameKind.Done:
                End(transfer);
                Report(transfer, succeeded: true);
                break;
            default:
                End(transfer);
                Refuse(transfer);
                break;
        }
    }

    /// <summary>A frame to a receiver found no stream.</summary>
    public void Unsent(StoreId to, SnapshotFrame frame)
    {
        if (_running.TryGetValue(frame.Transfer, out var transfer) && transfer.To == to
            && transfer.Host.Group == frame.Group)
        {
            End(transfer);
            Report(transfer, succeeded: false);
        }
    }

    /// <summary>A stream ended. An offer that was not answered may have left by it, or by a newer one.</summary>
    public void PeerLost(StoreConnection connection) => Fail(
        transfer => transfer.To == connection.Store && (transfer.Over is null || transfer.Over == connection));

    /// <summary>
    /// Ends what is stalled, offers what may be, sends a chunk of each that has credit; returns whether more could be
    /// sent at once.
    /// </summary>
    public bool Run()
    {
        // What the receivers said was taken before: a pause of this store is not their silence.
        var now = _clock.Now;
        Fail(transfer => !transfer.MaySend && transfer.Due <= now);
        foreach (var transfer in _refused.FindAll(transfer => transfer.Due <= now))
        {
            _refused.Remove(transfer);
            Report(transfer, succeeded: false);
        }

        OfferNext();
        var more = false;
        foreach (var transfer in _running.Values)
        {
            if (transfer.MaySend)
            {
                SendPart(transfer);
                more |= transfer.MaySend;
            }
        }

        return more;
    }

    /// <summary>When time alone ends something.</summary>
    public Instant NextDue
    {
        get
        {
            var due = Instant.Never;
            foreach (var transfer in _running.Values.Concat(_refused))
            {
                due = Instant.Min(due, transfer.Due);
            }

            return due;
        }
    }

    /// <summary>No worker runs any more: what is open is closed, and nobody is told.</summary>
    public void End(Leftovers held)
    {
        foreach (var transfer in _running.Values)
        {
            held.Release(transfer.Source);
        }

        _waiting.Clear();
        _running.Clear();
        _refused.Clear();
    }

    private void OfferNext()
    {
        for (var i = 0; i < _waiting.Count && _running.Count < _options.SnapshotSendsMax;)
        {
            var transfer = _waiting[i];
            if (_running.Values.Count(other => other.To == transfer.To) >= _options.SnapshotSendsPerStoreMax)
            {
                i++;
                continue;
            }

            _waiting.RemoveAt(i);
            Offer(transfer);
        }
    }

    private void Offer(OutgoingTransfer transfer)
    {
        try
        {
            transfer.Source = _storage.Open(transfer.Host.Group, transfer.Message.Snapshot?.Last ?? default);
        }
        catch (StorageDamagedException)
        {
            // It was superseded while it waited, and the core asks for the newest one; or its files are damaged, and
            // another one is taken first.
            transfer.IsUnreadable = true;
            Refuse(transfer);
            return;
        }

        transfer.Number = ++_lastNumber;
        transfer.Due = _clock.Now.After(_patience);
        _running.Add(transfer.Number, transfer);
        _frames.Offer(transfer, transfer.Source.Manifest);
    }

    private void SendPart(OutgoingTransfer transfer)
    {
        Invariant.Holds(transfer.Source is not null);
        var file = transfer.Source.Files[transfer.File];
        var room = Math.Min(ChunkBytesMax, transfer.CreditBytes);
        var bytes = new byte[Math.Min(room, file.LengthBytes - transfer.OffsetBytes)];
        var count = transfer.Source.Read(file.Name, transfer.OffsetBytes, bytes);
        _frames.Chunk(transfer, bytes.AsMemory(0, count));
        transfer.OffsetBytes += count;
        transfer.CreditBytes -= count;
        if (transfer.OffsetBytes >= file.LengthBytes)
        {
            transfer.File++;
            transfer.OffsetBytes = 0;
        }
    }

    // Ends what the receiver does not know to be over, and tells whoever asked.
    private void Fail(Predicate<OutgoingTransfer> isMeant)
    {
        foreach (var transfer in _running.Values.Where(transfer => isMeant(transfer)).ToArray())
        {
            Abort(transfer);
            Report(transfer, succeeded: false);
        }
    }

    // Nobody waits for these, wherever they are.
    private void GiveUp(Predicate<OutgoingTransfer> isMeant)
    {
        _waiting.RemoveAll(isMeant);
        _refused.RemoveAll(isMeant);
        foreach (var transfer in _running.Values.Where(transfer => isMeant(transfer)).ToArray())
        {
            Abort(transfer);
        }
    }

    private void Abort(OutgoingTransfer transfer)
    {
        End(transfer);
        _frames.Abort(transfer.To, transfer.Host.Group, transfer.Number, GivenUp);
    }

    private void Refuse(OutgoingTransfer transfer)
    {
        transfer.Due = _clock.Now.After(_options.ElectionTimeout);
        _refused.Add(transfer);
    }

    private void End(OutgoingTransfer transfer)
    {
        _running.Remove(transfer.Number);
        transfer.Source?.Dispose();
        transfer.Source = null;
    }

    private static void Report(OutgoingTransfer transfer, bool succeeded) => transfer.Host.Mailbox.Complete(
        transfer.Host.Slot,
        new SnapshotResult(transfer.Message, succeeded, transfer.IsUnreadable),
        static (slot, result) => slot.SnapshotSent(result));
}
