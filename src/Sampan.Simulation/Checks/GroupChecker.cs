using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Raft;
using Sampan.Raft.Events;
using Sampan.Testing.Workers;

namespace Sampan.Simulation.Checks;

/// <summary>
/// What must hold in one group over its whole history. It hears of everything that its replicas write, send, apply and
/// report, looks at them after each event that concerned them, and speaks up at the first contradiction.
/// </summary>
internal sealed class GroupChecker
{
    private readonly ElectionChecker _elections;
    private readonly LogChecker _logs;
    private readonly CommitChecker _commits;
    private readonly MessageChecker _messages;
    private readonly MembershipChecker _memberships;
    private readonly LeaseChecker _leases;

    /// <summary>The checker of a group that begins with a configuration.</summary>
    public GroupChecker(GroupId group, Configuration initial)
    {
        History = new GroupHistory(group, initial);
        _elections = new ElectionChecker(History);
        _logs = new LogChecker(History);
        _commits = new CommitChecker(History);
        _messages = new MessageChecker(History);
        _memberships = new MembershipChecker(History);
        _leases = new LeaseChecker(History);
        Applies = new ApplyChecker(History);
        Machines = new MachineChecker(History);
    }

    /// <summary>What is known.</summary>
    public GroupHistory History { get; }

    /// <summary>What state machines and clients say.</summary>
    public ApplyChecker Applies { get; }

    /// <summary>What a user's state machines say.</summary>
    public MachineChecker Machines { get; }

    /// <summary>
    /// A batch with writes of a replica is about to be made durable: one write, or several in their order.
    /// </summary>
    public void Writing(StoreImage store, StoreId id, IReadOnlyList<PersistTask> tasks)
    {
        if (Find(store, id) is not { } track)
        {
            return;
        }

        var image = track.Image;
        for (var i = 0; i < tasks.Count; i++)
        {
            _logs.Writing(track, image, tasks[i]);
            if (i + 1 < tasks.Count)
            {
                image = i == 0 ? image.Clone() : image;
                image.Take(tasks[i]);
            }
        }
    }

    /// <summary>The log of a replica begins later than before.</summary>
    public void Compacted(StoreImage store, StoreId id)
    {
        if (Find(store, id) is { } track)
        {
            _logs.Compacted(track);
        }
    }

    /// <summary>A write of a replica is durable.</summary>
    public void Written(StoreImage store, StoreId id, PersistTask task)
    {
        if (Find(store, id) is not { } track)
        {
            return;
        }

        if (task.HardState is { } state)
        {
            History.Vote(state.Term, track.Replica, state.Vote);
        }

        if (task.Entries.Count == 0)
        {
            return;
        }

        foreach (var entry in task.Entries)
        {
            if (entry.Kind == EntryKind.Configuration && track.Core is { } core)
            {
                _memberships.Written(track, core, entry.Index);
            }
        }

        if (task.Entries[^1].Term > History.Committed.Term)
        {
            _commits.CheckElectable();
        }
    }

    /// <summary>A start found a replica with these entries.</summary>
    public void Recovered(StoreImage store, StoreId id, RecoveredGroup found, IReadOnlyList<Entry> entries)
    {
        if (Find(store, id) is { } track)
        {
            History.Vote(found.HardState.Term, track.Replica, found.HardState.Vote);
            _logs.Read(track, found.Base, entries);
        }
    }

    /// <summary>Something happened in a replica, at an instant of the timeline.</summary>
    public void Happened(StoreImage store, StoreId id, RaftEvent happened, Instant at)
    {
        if (Find(store, id) is not { } track)
        {
            return;
        }

        if (happened.Kind == RaftEventKind.LogTruncated)
        {
            track.Truncations.Add(happened.Index);
        }

        _elections.Happened(track, happened, at);
    }

    /// <summary>A message leaves its store.</summary>
    public void Leaving(StoreImage store, StoreId id, Message message)
    {
        if (Find(store, id) is { } track && track.Replica == message.From)
        {
            _messages.Leaving(track, message);
        }
    }

    /// <summary>A replica may have changed in the event that is over.</summary>
    public void Look(StoreImage store, StoreId id, RaftReplica core, SimulatedClock clock)
    {
        if (Find(store, id) is not { } track)
        {
            return;
        }

        if (track.Core != core)
        {
            track.Begin(core, clock);
        }

        var status = core.Status;
        _commits.Seen(track, core, status);
        _memberships.Seen(track, core, status);
        if (track.Truncations is [var index])
        {
            _logs.Truncated(track, core, index);
        }

        if (status.Role == Role.Leader)
        {
            _elections.SeenLeading(track, core, status);
            _commits.SeenProgress(track, core, status);
            _memberships.SeenLeading(track, core, status);
            _leases.SeenLeading(track, status);
        }

        track.Truncations.Clear();
        track.Seen = status;
    }

    /// <summary>The life of a store is over; with <paramref name="isLost"/> its disk too, for good.</summary>
    public void Ended(StoreImage store, bool isLost)
    {
        foreach (var track in History.AllTracks)
        {
            if (track.Image == store.Find(History.Group))
            {
                track.End();
                track.IsLost |= isLost;
            }
        }
    }

    private ReplicaTrack? Find(StoreImage store, StoreId id)
    {
        var image = store.Find(History.Group);
        return image is null || image.Replica == ReplicaId.None
            ? null
            : History.TrackOf(id, image.Replica, image);
    }
}
