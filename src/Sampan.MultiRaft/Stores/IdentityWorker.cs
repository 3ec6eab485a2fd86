using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Groups;
using Sampan.MultiRaft.Logs;
using Sampan.MultiRaft.Peers;

namespace Sampan.MultiRaft.Stores;

/// <summary>
/// Owns the <see cref="PeerTable"/>: takes handshakes, introductions, records that became durable and configurations
/// that were committed, one after the other, and publishes what follows from them.
/// </summary>
internal sealed class IdentityWorker : IWorker, IRecordLog, IRecordWaiter
{
    private readonly StoreOptions _options;
    private readonly LogWriter _logWriter;
    private readonly ITransport _transport;
    private readonly IStoreEvents _observer;
    private readonly MonotonicClock _clock;
    private readonly PeerTable _table;

    // Bounded by the transport's streams and by the groups' changes.
    private readonly Mailbox<Action> _mailbox = new();
    private readonly List<Action> _taken = [];

    // What waits until all of a round is published.
    private readonly List<Action> _afterPublish = [];

    private Instant _tickAt = Instant.Zero;
    private Instant _timeoutAt = Instant.Never;
    private string? _explained;

    /// <summary>A worker whose table begins with what the log held.</summary>
    public IdentityWorker(StoreOptions options, StoreLeaves leaves, LogWriter logWriter, MonotonicClock clock)
    {
        _options = options;
        _logWriter = logWriter;
        _transport = leaves.Transport;
        _observer = leaves.Observer;
        _clock = clock;
        var self = new Handshake
        {
            Protocol = Handshake.CurrentProtocol,
            ClusterId = options.ClusterId,
            Store = options.Store,
            Incarnation = options.Incarnation,
            Boot = options.Boot,
            // The table knows: from records, and from what the log holds.
            RecoveryGeneration = 0,
            RecordedReceiver = Incarnation.Unbound,
            IsAdmitted = false,
        };
        _table = new PeerTable(self, this, leaves.Recovered.Records, options.Peers);
        foreach (var group in leaves.Recovered.Groups)
        {
            Recall(group);
        }

        Membership = new StoreMembership(_table.View);
    }

    /// <summary>What it has found out.</summary>
    public StoreMembership Membership { get; }

    /// <inheritdoc/>
    public string Name => "identity";

    /// <summary>Names the worker; before the start.</summary>
    public void Bind(IWorkerHandle handle) => _mailbox.Bind(handle);

    /// <summary>Transport: what this store says of itself in a handshake.</summary>
    public Handshake Introduce(StoreId to) => Membership.View.Greet(to);

    /// <summary>Transport: another store's handshake.</summary>
    public void Decide(Handshake handshake, IHandshakeReply reply) => Post(() => _table.Decide(handshake, reply));

    /// <summary>Transport: a stream is open.</summary>
    public void Opened(StoreConnection connection) => Post(() => _table.Opened(connection));

    /// <summary>Transport: a stream ended.</summary>
    public void PeerLost(StoreConnection connection) => Post(() => _table.Lost(connection));

    /// <summary>Transport: another store repeats its facts.</summary>
    public void Introduced(StoreConnection from, Handshake facts) => Post(() =>
    {
        _table.Received(from);
        _table.Introduced(from, facts);
    });

    /// <summary>
    /// Any worker: a group's bootstrap mark is durable. Its replica may be made by <paramref name="then"/>: whoever
    /// asks from then on whether it may act is told by somebody who knows of it.
    /// </summary>
    public void Bootstrapped(GroupId group, Configuration initial, Action then) => Post(() =>
    {
        _table.Bootstrapped(group, initial);
        _afterPublish.Add(then);
    });

    /// <summary>Group worker: a configuration was committed.</summary>
    public void Committed(GroupId group, Configuration configuration, ReplicaId own) =>
        Post(() => _table.Committed(group, configuration, own));

    /// <summary>Group worker: a group's log has another newest configuration.</summary>
    public void Appended(GroupId group, Configuration newest) => Post(() => _table.Appended(group, newest));

    /// <summary>Group worker: this store's replica of a group is gone.</summary>
    public void Removed(GroupId group) => Post(() => _table.Removed(group));

    /// <inheritdoc/>
    public void RecordDurable(StoreRecord record) => Post(() =>
    {
        if (record.Kind is StoreRecordKind.PeerIncarnation or StoreRecordKind.Admitted)
        {
            _table.RecordDurable(record);
        }
    });

    /// <inheritdoc/>
    public void Enqueue(StoreRecord record) => _logWriter.Enqueue(record, this);

    /// <summary>The T in use as a record: a later start keeps the silence that this life promised.</summary>
    public static StoreRecord RecordOf(TimeSpan electionTimeout) => new()
    {
        Kind = StoreRecordKind.ElectionTimeout,
        ElectionTimeout = electionTimeout,
    };

    /// <summary>
    /// Before the start: records the T in use once the silence that a former, longer one promised is over.
    /// </summary>
    public void RecordElectionTimeout(Instant at) => _timeoutAt = at;

    /// <inheritdoc/>
    public Instant RunOnce()
    {
        _mailbox.TakeAll(_taken);
        foreach (var action in _taken)
        {
            action();
        }

        _taken.Clear();
        var now = _clock.Now;
        if (_tickAt <= now)
        {
            _tickAt = now.After(_options.ElectionTimeout);
            _table.Tick();
            Explain();
        }

        if (_timeoutAt <= now)
        {
            _timeoutAt = Instant.Never;
            Enqueue(RecordOf(_options.ElectionTimeout));
        }

        Membership.Publish(_table.View);
        foreach (var action in _afterPublish)
        {
            action();
        }

        _afterPublish.Clear();
        while (_table.TryTakeIntroduction(out var introduction))
        {
            _transport.Send(introduction.To, StoreMessage.Of(introduction.Facts));
        }

        while (_table.TryTakeDismissal(out var dismissal))
        {
            _transport.Disconnect(dismissal.Store, dismissal.Boot, dismissal.Reason);
        }

        return Instant.Min(_tickAt, _timeoutAt);
    }

    private void Explain()
    {
        var sentence = _table.Explain();
        if (!string.Equals(sentence, _explained, StringComparison.Ordinal))
        {
            _observer.OnWaiting(sentence);
        }

        _explained = sentence;
    }

    /// <summary>
    /// What the log knows of a group's members: its bootstrap mark, and what was committed when it was stored.
    /// </summary>
    private void Recall(RecoveredGroup group)
    {
        if (group.Replica == ReplicaId.None)
        {
            return;
        }

        _table.Found(HighestGeneration(group));
        if (group.Bootstrap is not null)
        {
            _table.Bootstrapped(group.Group, group.Bootstrap, group.IsAdmitted);
        }

        if (RecoveredConfigurations.CommittedOf(group) is { } committed)
        {
            _table.Committed(group.Group, committed, group.Replica);
        }

        if (group.Configurations.Count > 0)
        {
            _table.Appended(group.Group, group.Configurations[^1].Configuration);
        }
    }

    // Also of what is not committed yet: a recovery may have written it, and its side is chosen (I-36).
    private static ulong HighestGeneration(RecoveredGroup group)
    {
        var highest = group.Bootstrap?.RecoveryGeneration ?? 0;
        foreach (var snapshot in group.Snapshots)
        {
            highest = Math.Max(highest, snapshot.Configuration.Configuration.RecoveryGeneration);
        }

        foreach (var entry in group.Configurations)
        {
            highest = Math.Max(highest, entry.Configuration.RecoveryGeneration);
        }

        return highest;
    }

    private void Post(Action action) => _mailbox.Post(action);
}
