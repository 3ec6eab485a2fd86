using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Peers;

namespace Sampan.MultiRaft.Tests.Peers;

/// <summary>
/// A store as far as identity goes: its directory, a log whose records become durable when the test says so, and the
/// table of its present life.
/// </summary>
internal sealed class TestStore : IRecordLog
{
    private readonly Queue<StoreRecord> _underWay = new();
    private readonly List<StoreRecord> _durable = [];
    private readonly SortedDictionary<GroupId, Configuration> _bootstrapped = [];
    private readonly SortedDictionary<GroupId, Configuration> _committed = [];
    private readonly StoreId[] _listed;
    private ulong _boots;

    /// <summary>A store in an empty directory.</summary>
    public TestStore(ulong id, ulong incarnation, params ulong[] listed)
    {
        Id = new StoreId(id);
        Incarnation = new Incarnation(incarnation, id);
        _listed = [.. listed.Select(store => new StoreId(store))];
        Table = Start();
    }

    /// <summary>The store.</summary>
    public StoreId Id { get; }

    /// <summary>Its directory.</summary>
    public Incarnation Incarnation { get; }

    /// <summary>Its table.</summary>
    public PeerTable Table { get; private set; }

    /// <summary>Its life.</summary>
    public BootId Boot => new((Id.Value << 32) + _boots);

    /// <summary>Records that were enqueued and are not durable.</summary>
    public int UnderWay => _underWay.Count;

    /// <summary>Records that are durable.</summary>
    public IReadOnlyList<StoreRecord> Durable => _durable;

    /// <inheritdoc/>
    public void Enqueue(StoreRecord record) => _underWay.Enqueue(record);

    /// <summary>One record reaches the disk.</summary>
    public void PersistNext()
    {
        var record = _underWay.Dequeue();
        _durable.Add(record);
        Table.RecordDurable(record);
    }

    /// <summary>All records reach the disk.</summary>
    public void PersistAll()
    {
        while (UnderWay > 0)
        {
            PersistNext();
        }
    }

    /// <summary>
    /// It was stopped, and a recovery made it the only member of a group; what was recorded of others counts no longer.
    /// </summary>
    public void Recover(GroupId group, ulong generation)
    {
        var own = new Member(new ReplicaId(Id.Value), Id, Incarnation, Member.DefaultPriority);
        _durable.Add(new StoreRecord
        {
            Kind = StoreRecordKind.RecoveryGeneration,
            RecoveryGeneration = generation,
            Incarnation = Incarnation,
        });
        _durable.AddRange(_durable
            .Where(record => record.Kind == StoreRecordKind.PeerIncarnation)
            .Select(record => record with { Incarnation = Incarnation.Unbound })
            .ToArray());
        _committed[group] = new Configuration(
            [own.Replica], [], [], [], autoLeave: false, [own], recoveryGeneration: generation);
        Restart();
    }

    /// <summary>A bootstrap mark is durable.</summary>
    public void Bootstrap(GroupId group, Configuration initial)
    {
        _bootstrapped[group] = initial;
        Table.Bootstrapped(group, initial);
    }

    /// <summary>A configuration is committed.</summary>
    public void Commit(GroupId group, Configuration configuration, ulong? replica = null)
    {
        _committed[group] = configuration;
        Table.Committed(group, configuration, new ReplicaId(replica ?? Id.Value));
    }

    /// <summary>A configuration is the newest of a group's log.</summary>
    public void Append(GroupId group, Configuration configuration) => Table.Appended(group, configuration);

    /// <summary>A stream to another store is open, and what both say to it is under way.</summary>
    public void Open(TestStore other)
    {
        Table.Opened(new StoreConnection(other.Id, other.Boot, 1));
        other.Table.Opened(new StoreConnection(Id, Boot, 1));
    }

    /// <summary>The process ends, and what was not durable with it; a new one starts.</summary>
    public void Restart()
    {
        _underWay.Clear();
        _boots++;
        Table = Start();
    }

    /// <summary>
    /// Shakes hands with another store in both directions; true if both accepted (records are made durable for it).
    /// </summary>
    public bool Meet(TestStore other)
    {
        var here = Ask(other);
        PersistAll();
        var there = other.Ask(this);
        other.PersistAll();
        Exchange(other);
        return here.IsAccepted == true && there.IsAccepted == true;
    }

    /// <summary>Decides on the handshake of another store, as it is now.</summary>
    public Reply Ask(TestStore other)
    {
        var reply = new Reply();
        Table.Decide(other.Table.View.Greet(Id), reply);
        return reply;
    }

    /// <summary>Delivers what both have to tell each other; what is for others is lost.</summary>
    public void Exchange(TestStore other)
    {
        for (var round = 0; round < 3; round++)
        {
            Table.Tick();
            Deliver(other);
            other.Table.Tick();
            other.Deliver(this);
            PersistAll();
            other.PersistAll();
        }
    }

    /// <summary>Delivers what this store has to tell another one.</summary>
    public void Deliver(TestStore other)
    {
        while (Table.TryTakeIntroduction(out var introduction))
        {
            if (introduction.To == other.Id)
            {
                other.Table.Introduced(new StoreConnection(Id, Boot, Number: 1), introduction.Facts);
            }
        }
    }

    private PeerTable Start()
    {
        var table = new PeerTable(
            new Handshake
            {
                Protocol = Handshake.CurrentProtocol,
                ClusterId = 1,
                Store = Id,
                Incarnation = Incarnation,
                Boot = Boot,
                RecoveryGeneration = 0,
                RecordedReceiver = Incarnation.Unbound,
                IsAdmitted = false,
            },
            this,
            _durable,
            _listed);
        foreach (var (group, initial) in _bootstrapped)
        {
            var isAdmitted = _durable.Exists(
                record => record.Kind == StoreRecordKind.Admitted && record.Group == group);
            table.Bootstrapped(group, initial, isAdmitted);
        }

        foreach (var (group, configuration) in _committed)
        {
            table.Committed(group, configuration, new ReplicaId(Id.Value));
        }

        return table;
    }
}
