using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Doors;

namespace Sampan.MultiRaft.Groups;

/// <summary>
/// What a group worker took from its mailbox at the start of a round. Its lists are exchanged, not copied.
/// </summary>
internal sealed class DrainedMail
{
    /// <summary>Requests of doors.</summary>
    public List<PendingRequest> Requests { get; set; } = [];

    /// <summary>Messages of peers, in the order in which each stream delivered them.</summary>
    public List<PeerInput> Messages { get; set; } = [];

    /// <summary>Streams that ended.</summary>
    public List<StoreConnection> Lost { get; set; } = [];

    /// <summary>Appends that were dropped.</summary>
    public List<Unreachable> Unreachable { get; set; } = [];

    /// <summary>Records of the store that are durable now.</summary>
    public List<StoreRecord> DurableRecords { get; set; } = [];

    /// <summary>Records that the log had no room for, and why.</summary>
    public List<(StoreRecord Record, string Reason)> RefusedRecords { get; set; } = [];

    /// <summary>What the store's own workers completed, a value for each replica.</summary>
    public List<Completed> Completions { get; } = [];

    /// <summary>Empties all lists.</summary>
    public void Clear()
    {
        Requests.Clear();
        Messages.Clear();
        Lost.Clear();
        Unreachable.Clear();
        DurableRecords.Clear();
        RefusedRecords.Clear();
        Completions.Clear();
    }
}
