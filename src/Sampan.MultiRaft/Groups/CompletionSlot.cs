using Sampan.Model;

namespace Sampan.MultiRaft.Groups;

/// <summary>
/// Where other workers' completions for one replica instance are merged: maxima for what only rises, a place for each
/// peer for what was read. Touched only under the mailbox's lock.
/// </summary>
internal sealed class CompletionSlot
{
    private readonly ReplicaHost _host;
    private readonly List<EntriesRead> _reads = [];
    private readonly List<SnapshotResult> _snapshotResults = [];
    private readonly List<Message> _receivedSnapshots = [];
    private ulong _persistedNumber;
    private ulong _appliedIndex;
    private long _appliedEntriesReturned;
    private SnapshotMeta? _snapshotWritten;
    private SnapshotMeta? _snapshotTaken;
    private ulong _compactedFirstIndex;
    private string? _poison;
    private string? _machineDeleted;

    /// <summary>The slot of a replica.</summary>
    public CompletionSlot(ReplicaHost host) => _host = host;

    /// <summary>Whether it is on the list of those with news.</summary>
    public bool IsReady { get; set; }

    /// <summary>Writes up to this number are durable.</summary>
    public void Persisted(ulong number) => _persistedNumber = Math.Max(_persistedNumber, number);

    /// <summary>The state machine has applied up to an index; so many entries left its queue.</summary>
    public void Applied(ulong index, long entriesReturned)
    {
        _appliedIndex = Math.Max(_appliedIndex, index);
        _appliedEntriesReturned += entriesReturned;
    }

    /// <summary>The log reader answered; at most one answer for each peer is outstanding.</summary>
    public void Read(EntriesRead read) => _reads.Add(read);

    /// <summary>A snapshot was taken and is durable in its files; a replica takes one at a time.</summary>
    public void SnapshotWritten(SnapshotMeta meta) => _snapshotWritten = meta;

    /// <summary>A snapshot was taken, is durable and marked.</summary>
    public void SnapshotTaken(SnapshotMeta meta) => _snapshotTaken = meta;

    /// <summary>The log may begin at an index: the mark is durable.</summary>
    public void Compacted(ulong firstIndex) => _compactedFirstIndex = Math.Max(_compactedFirstIndex, firstIndex);

    /// <summary>A snapshot's way to a replica ended; each that the core asked for ends once at most.</summary>
    public void SnapshotSent(SnapshotResult result) => _snapshotResults.Add(result);

    /// <summary>A snapshot was received whole and is durable in its files.</summary>
    public void SnapshotReceived(Message message) => _receivedSnapshots.Add(message);

    /// <summary>The state machine threw: the group stops here.</summary>
    public void Poisoned(string reason) => _poison ??= reason;

    /// <summary>The replica is gone, and its state machine too; the remark is empty if all is well.</summary>
    public void MachineDeleted(string remark) => _machineDeleted = remark;

    /// <summary>Takes everything.</summary>
    public Completed Take()
    {
        var taken = new Completed
        {
            Host = _host,
            PersistedNumber = _persistedNumber,
            AppliedIndex = _appliedIndex,
            AppliedEntriesReturned = _appliedEntriesReturned,
            Reads = _reads.Count == 0 ? [] : _reads.ToArray(),
            SnapshotWritten = _snapshotWritten,
            SnapshotTaken = _snapshotTaken,
            CompactedFirstIndex = _compactedFirstIndex,
            SnapshotResults = _snapshotResults.Count == 0 ? [] : _snapshotResults.ToArray(),
            ReceivedSnapshots = _receivedSnapshots.Count == 0 ? [] : _receivedSnapshots.ToArray(),
            Poison = _poison,
            MachineDeleted = _machineDeleted,
        };
        _reads.Clear();
        _snapshotResults.Clear();
        _receivedSnapshots.Clear();
        _persistedNumber = 0;
        _appliedIndex = 0;
        _appliedEntriesReturned = 0;
        _snapshotWritten = null;
        _snapshotTaken = null;
        _compactedFirstIndex = 0;
        _poison = null;
        _machineDeleted = null;
        return taken;
    }
}
