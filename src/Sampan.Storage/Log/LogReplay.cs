using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Storage.Log;

/// <summary>Turns batches that were read back into the state that the writer had when it wrote them.</summary>
internal sealed class LogReplay
{
    private readonly SortedDictionary<GroupId, RecoveringGroup> _groups = [];
    private readonly BatchBuffer _expected;
    private bool _isFirst = true;

    /// <summary>A replay that has seen nothing.</summary>
    public LogReplay(Incarnation owner)
    {
        _expected = new BatchBuffer(owner);
    }

    /// <summary>The state so far.</summary>
    public StateTable Table { get; } = new();

    /// <summary>The groups so far.</summary>
    public IReadOnlyCollection<RecoveringGroup> Groups => _groups.Values;

    /// <summary>
    /// Takes a batch whose check sum holds; returns what is wrong with its records, or null. A state block that is not
    /// the first one must say what the batches before it said.
    /// </summary>
    public string? Take(BlockHeader header, ReadOnlySpan<byte> body)
    {
        if (header.Kind == HeaderKind.State && !_isFirst)
        {
            _expected.Clear();
            Table.WriteState(_expected);
            return body.SequenceEqual(_expected.Body) ? null : "a state block contradicts the batches before it";
        }

        _isFirst = false;
        var records = 0;
        var reader = new RecordReader(body);
        while (reader.TryNext(out var record))
        {
            var offset = ((long)header.Block * LogFormat.BlockBytes) + LogFormat.HeaderBytes + reader.Offset;
            var location = new EntryLocation((uint)header.Segment, (uint)offset, record.LengthBytes);
            if (!TryTake(record, location, isState: header.Kind == HeaderKind.State))
            {
                return $"record {records} of the batch makes no sense";
            }

            records++;
        }

        return reader.IsAtEnd && records == header.Records ? null : "the batch's records are not whole";
    }

    private bool TryTake(LogRecord record, EntryLocation location, bool isState)
    {
        switch (record.Kind)
        {
            case RecordKind.Group:
                return isState && TryTakeGroup(record);
            case RecordKind.HardState:
                return !isState && TryTakeHardState(record);
            case RecordKind.Entry or RecordKind.Forwarded:
                return !isState && record.IsEntry && TryTakeEntry(record, location);
            case RecordKind.Install:
                return !isState && TryTakeInstall(record);
            default:
                return RecordCodec.TryReadStore(record, out var read) && TryTakeStore(read);
        }
    }

    private bool TryTakeGroup(LogRecord record)
    {
        if (record.Group.Value == 0 || _groups.ContainsKey(record.Group))
        {
            return false;
        }

        var state = Table.GetOrAdd(record.Group);
        if (!state.TryRead(record))
        {
            return false;
        }

        _groups.Add(record.Group, new RecoveringGroup(state));
        return true;
    }

    private bool TryTakeHardState(LogRecord record)
    {
        if (!TryFind(record.Group, out var group) || !RecordCodec.TryRead(record, out var state)
            || !group.State.CanPersist(state))
        {
            return false;
        }

        group.State.Persist(state);
        return true;
    }

    private bool TryTakeEntry(LogRecord record, EntryLocation location)
    {
        Configuration? configuration = null;
        if (!TryFind(record.Group, out var group)
            || (record.EntryKind == EntryKind.Configuration
                && !ConfigurationCodec.TryDecode(record.Payload, out configuration)))
        {
            return false;
        }

        var entry = record.EntryId;
        if (record.Kind == RecordKind.Forwarded)
        {
            if (entry.Index <= group.State.Base.Index || entry.Index > group.State.Last.Index)
            {
                return false;
            }

            group.Forward(entry, location, configuration);
            return true;
        }

        if (!group.State.CanAppend(entry.Index))
        {
            return false;
        }

        group.State.Append(entry, record.TimeTicks);
        group.Append(entry, location, configuration);
        return true;
    }

    private bool TryTakeInstall(LogRecord record)
    {
        if (!TryFind(record.Group, out var group) || !RecordCodec.TryReadSnapshot(record, out var snapshot))
        {
            return false;
        }

        group.State.Install(snapshot);
        group.Reset();
        return true;
    }

    private bool TryTakeStore(StoreRecord record)
    {
        if (Table.TryTake(record))
        {
            return true;
        }

        if (record.Group.Value == 0 || !StateTable.CanApply(record, Table.Find(record.Group)))
        {
            return false;
        }

        var state = Table.GetOrAdd(record.Group);
        if (!_groups.TryGetValue(record.Group, out var group))
        {
            group = new RecoveringGroup(state);
            _groups.Add(record.Group, group);
        }

        if (StateTable.Apply(record, state) == LogEffect.Dropped)
        {
            group.Reset();
        }

        return true;
    }

    private bool TryFind(GroupId id, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out RecoveringGroup? group) =>
        _groups.TryGetValue(id, out group) && group.State.Replica != ReplicaId.None;
}
