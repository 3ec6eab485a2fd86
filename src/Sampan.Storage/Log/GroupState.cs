using System.Buffers.Binary;
using Sampan.Base;
using Sampan.Model;

namespace Sampan.Storage.Log;

/// <summary>
/// The last value of everything the log says of one group, entries apart: what a state block repeats. Changed by the
/// writer after a batch is durable, and by recovery when it reads that batch, through the same methods; so both come to
/// the same state, and each state block that recovery meets is compared with it.
/// </summary>
/// <remarks>
/// Invariant: Base.Index &lt;= Last.Index. Invariant: a group without a replica has neither log nor hard state.
/// </remarks>
internal sealed class GroupState
{
    private readonly List<SnapshotMeta> _marks = [];
    private long _bootstrapBytes;

    /// <summary>A group of which nothing is known yet.</summary>
    public GroupState(GroupId id)
    {
        Id = id;
    }

    /// <summary>The group.</summary>
    public GroupId Id { get; }

    /// <summary>Where its live entries are.</summary>
    public EntryIndex Index { get; } = new();

    /// <summary>This store's replica, or none.</summary>
    public ReplicaId Replica { get; private set; }

    /// <summary>The highest replica id that is gone.</summary>
    public ReplicaId Tombstone { get; private set; }

    /// <summary>Term, vote, commit.</summary>
    public HardState HardState { get; private set; }

    /// <summary>The entry before the first live one.</summary>
    public LogId Base { get; private set; }

    /// <summary>The last entry, or the base.</summary>
    public LogId Last { get; private set; }

    /// <summary>Time stamp of the last entry, or of the snapshot that took its place.</summary>
    public long TimeTicks { get; private set; }

    /// <summary>The initial configuration, where the group was bootstrapped here.</summary>
    public Configuration? Bootstrap { get; private set; }

    /// <summary>Whether the replica takes part, although its members may not be bound.</summary>
    public bool IsAdmitted { get; private set; }

    /// <summary>Marked snapshots, in the order in which they were marked; two at most.</summary>
    public IReadOnlyList<SnapshotMeta> Marks => _marks;

    /// <summary>What its part of a state block takes.</summary>
    public long StateBytes { get; private set; } = LogFormat.GroupBytes;

    /// <summary>
    /// What it may come to take, whatever is written of it (I-28): all that a replica may have, or what a tombstone
    /// takes for ever. Invariant: never below <see cref="StateBytes"/>, unless nothing is known of it.
    /// </summary>
    public long ReservedBytes => IsBlank ? 0
        : Replica == ReplicaId.None ? LogFormat.GroupBytes
        : LogFormat.ReplicaBytesMax + _bootstrapBytes;

    /// <summary>Whether nothing is known of it, so that a state block need not name it.</summary>
    public bool IsBlank => Replica == ReplicaId.None && Tombstone == ReplicaId.None;

    /// <summary>The writer's scratch: the group as the batch that is being written will leave it.</summary>
    public PendingGroup Pending { get; } = new();

    /// <summary>The initial configuration was recorded.</summary>
    public void MarkBootstrap(ReplicaId replica, Configuration configuration)
    {
        CreateReplica(replica);
        Bootstrap = configuration;
        _bootstrapBytes = LogFormat.Padded(
            LogFormat.RecordHeaderBytes + 8 + ConfigurationCodec.Encode(configuration).Length);
        CountState();
    }

    /// <summary>A replica takes part; one that is gone, or another one, is not meant and stays as it is.</summary>
    public void Admit(ReplicaId replica)
    {
        IsAdmitted |= replica == Replica;
        CountState();
    }

    /// <summary>A replica exists from now on.</summary>
    public void CreateReplica(ReplicaId replica)
    {
        Invariant.Holds(CanCreate(replica), replica.Value, Tombstone.Value);
        Replica = replica;
    }

    /// <summary>Whether a replica of this id may be there: ids never come back, and there is one at a time.</summary>
    public bool CanCreate(ReplicaId replica) =>
        replica.CompareTo(Tombstone) > 0 && (Replica == ReplicaId.None || Replica == replica);

    /// <summary>Replicas up to this id are gone; returns whether the present one is, and with it all it had.</summary>
    public bool Bury(ReplicaId upTo)
    {
        if (upTo.CompareTo(Tombstone) > 0)
        {
            Tombstone = upTo;
        }

        if (Replica == ReplicaId.None || Replica.CompareTo(Tombstone) > 0)
        {
            return false;
        }

        Replica = ReplicaId.None;
        HardState = default;
        Base = LogId.Zero;
        Last = LogId.Zero;
        TimeTicks = 0;
        Bootstrap = null;
        _bootstrapBytes = 0;
        IsAdmitted = false;
        _marks.Clear();
        CountState();
        return true;
    }

    /// <summary>Whether this hard state may follow the present one: terms never fall, votes never change.</summary>
    public bool CanPersist(HardState state) =>
        state.Term > HardState.Term
        || (state.Term == HardState.Term
            && (HardState.Vote == ReplicaId.None || HardState.Vote == state.Vote));

    /// <summary>A new hard state.</summary>
    public void Persist(HardState state)
    {
        Invariant.Holds(CanPersist(state), state.Term, HardState.Term);
        HardState = state;
    }

    /// <summary>Whether an entry of this index may be written: behind the base, without a gap.</summary>
    public bool CanAppend(ulong index) => index > Base.Index && index <= Last.Index + 1;

    /// <summary>An entry; the log ends with it, whatever it held there or above.</summary>
    public void Append(LogId entry, long timeTicks)
    {
        Invariant.Holds(CanAppend(entry.Index), entry.Index, Last.Index);
        Last = entry;
        TimeTicks = timeTicks;
    }

    /// <summary>A received snapshot takes the place of the log, and of all older marks.</summary>
    public void Install(SnapshotMeta snapshot)
    {
        Base = snapshot.Last;
        Last = snapshot.Last;
        TimeTicks = snapshot.TimeTicks;
        _marks.Clear();
        _marks.Add(snapshot);
        CountState();
    }

    /// <summary>
    /// A snapshot is complete. The one marked before it stays marked, since the log is kept from the older one on.
    /// </summary>
    public void Mark(SnapshotMeta snapshot)
    {
        _marks.RemoveAll(mark => mark.Last.Index == snapshot.Last.Index);
        while (_marks.Count >= LogFormat.SnapshotMarksMax)
        {
            _marks.RemoveAt(0);
        }

        _marks.Add(snapshot);
        CountState();
    }

    /// <summary>The log begins behind this entry, if that is later than now; returns whether it is.</summary>
    public bool Compact(LogId to)
    {
        if (to.Index <= Base.Index)
        {
            return false;
        }

        Invariant.Holds(to.Index <= Last.Index, to.Index, Last.Index);
        Base = to;
        return true;
    }

    /// <summary>Writes the group's line of a state block.</summary>
    public void Write(Span<byte> body)
    {
        Invariant.Holds(Base.Index <= Last.Index, Base.Index, Last.Index);
        ReadOnlySpan<ulong> numbers =
        [
            Replica.Value, Tombstone.Value, HardState.Term, HardState.Vote.Value, HardState.Commit,
            Base.Term, Base.Index, Last.Term, Last.Index, (ulong)TimeTicks,
        ];
        for (var i = 0; i < numbers.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(body[(i * 8)..], numbers[i]);
        }
    }

    /// <summary>Takes over a group's line of a state block; false if it contradicts itself.</summary>
    public bool TryRead(LogRecord record)
    {
        if (record.LengthBytes != LogFormat.GroupBytes)
        {
            return false;
        }

        Replica = new ReplicaId(record.Number(0));
        Tombstone = new ReplicaId(record.Number(1));
        HardState = new HardState(record.Number(2), new ReplicaId(record.Number(3)), record.Number(4));
        Base = new LogId(record.Number(5), record.Number(6));
        Last = new LogId(record.Number(7), record.Number(8));
        TimeTicks = (long)record.Number(9);
        return Base.Index <= Last.Index
            && (Replica == ReplicaId.None || Replica.CompareTo(Tombstone) > 0)
            && (Replica != ReplicaId.None || (Last == LogId.Zero && HardState == default));
    }

    private void CountState()
    {
        StateBytes = LogFormat.GroupBytes;
        foreach (var mark in _marks)
        {
            StateBytes += LogFormat.Padded(LogFormat.RecordHeaderBytes + RecordCodec.SnapshotBytes(mark));
        }

        StateBytes += IsAdmitted ? LogFormat.AdmittedBytes : 0;
        StateBytes += _bootstrapBytes;
        Invariant.Holds(IsBlank || StateBytes <= ReservedBytes, (ulong)StateBytes, (ulong)ReservedBytes);
    }
}
