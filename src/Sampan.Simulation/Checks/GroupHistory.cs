using System.Diagnostics.CodeAnalysis;
using Sampan.Base;
using Sampan.Model;

namespace Sampan.Simulation.Checks;

/// <summary>
/// What is known of one group over its whole history, all stores and all their lives together. Facts are only added.
/// </summary>
internal sealed class GroupHistory
{
    private readonly Dictionary<LogId, LoggedEntry> _entries = [];
    private readonly Dictionary<LogId, ulong> _termBefore = [];
    private readonly Dictionary<LogId, Configuration> _configurations = [];
    private readonly Dictionary<(ulong Term, ReplicaId Voter), ReplicaId> _votes = [];
    private readonly Dictionary<ulong, ReplicaId> _leaders = [];
    private readonly Dictionary<ulong, Instant> _ledFrom = [];
    private readonly List<ulong> _committed = [];
    private readonly List<ulong> _committedIn = [];
    private readonly SortedDictionary<ReplicaId, ReplicaTrack> _tracks = [];
    private readonly Dictionary<ReplicaImage, ReplicaTrack> _ghosts = [];

    /// <summary>A group that begins with a configuration.</summary>
    public GroupHistory(GroupId group, Configuration initial)
    {
        Group = group;
        Initial = initial;
    }

    /// <summary>The group.</summary>
    public GroupId Group { get; }

    /// <summary>
    /// The first contradiction. It was thrown; but where a state machine was called, the host has taken it for that
    /// one's failure.
    /// </summary>
    public SimulationFailedException? Failure { get; private set; }

    /// <summary>Its first configuration.</summary>
    public Configuration Initial { get; }

    /// <summary>All replicas that ever were, by id.</summary>
    public IReadOnlyDictionary<ReplicaId, ReplicaTrack> Tracks => _tracks;

    /// <summary>Who led which term.</summary>
    public IReadOnlyDictionary<ulong, ReplicaId> Leaders => _leaders;

    /// <summary>When each term's leader was elected, in the timeline.</summary>
    public IReadOnlyDictionary<ulong, Instant> LedFrom => _ledFrom;

    /// <summary>The newest entry that some replica knows to be committed.</summary>
    public LogId Committed => _committed.Count == 0 ? LogId.Zero : new LogId(_committed[^1], (ulong)_committed.Count);

    /// <summary>Whether the entry of an index is known to be committed; its term.</summary>
    public bool TryGetCommitted(ulong index, out ulong term)
    {
        var isCommitted = index > 0 && index <= (ulong)_committed.Count;
        term = isCommitted ? _committed[(int)(index - 1)] : 0;
        return isCommitted;
    }

    /// <summary>
    /// An entry is committed, in a term no later than <paramref name="inTerm"/>. Entries before it whose terms nobody
    /// has told yet, since snapshots cover them, get 0.
    /// </summary>
    public void Commit(LogId id, ulong inTerm)
    {
        while ((ulong)_committed.Count < id.Index)
        {
            _committed.Add(0);
            _committedIn.Add(inTerm);
        }

        var at = (int)(id.Index - 1);
        _committed[at] = Math.Max(_committed[at], id.Term);
    }

    /// <summary>The newest entry that was committed before a term.</summary>
    public LogId CommittedBefore(ulong term)
    {
        var count = _committed.Count;
        while (count > 0 && _committedIn[count - 1] >= term)
        {
            count--;
        }

        return count == 0 ? LogId.Zero : new LogId(_committed[count - 1], (ulong)count);
    }

    /// <summary>Finds an entry that some log held once.</summary>
    public bool TryGetEntry(LogId id, out LoggedEntry entry) => _entries.TryGetValue(id, out entry);

    /// <summary>The term of the entry before it; 0 where that is not known.</summary>
    public ulong TermBefore(LogId id) => _termBefore.GetValueOrDefault(id);

    /// <summary>Finds the configuration that an entry holds.</summary>
    public bool TryGetConfiguration(LogId id, [NotNullWhen(true)] out Configuration? configuration) =>
        _configurations.TryGetValue(id, out configuration);

    /// <summary>An entry stands in some log, behind one of <paramref name="termBefore"/> (0: not known).</summary>
    public void Add(Entry entry, ulong termBefore)
    {
        _entries.TryAdd(entry.Id, LoggedEntry.Of(entry));
        if (termBefore > 0 || entry.Index == 1)
        {
            _termBefore[entry.Id] = termBefore;
        }

        if (entry.Kind == EntryKind.Configuration
            && ConfigurationCodec.TryDecode(entry.Payload.Span, out var configuration))
        {
            _configurations.TryAdd(entry.Id, configuration);
        }
    }

    /// <summary>A vote is durable.</summary>
    public void Vote(ulong term, ReplicaId voter, ReplicaId candidate)
    {
        if (candidate != ReplicaId.None)
        {
            _votes.TryAdd((term, voter), candidate);
        }
    }

    /// <summary>For whom a replica voted in a term, durably.</summary>
    public ReplicaId VoteOf(ulong term, ReplicaId voter) => _votes.GetValueOrDefault((term, voter));

    /// <summary>A replica is known to lead a term; returns who is known already, or itself.</summary>
    public ReplicaId Lead(ulong term, ReplicaId leader)
    {
        _leaders.TryAdd(term, leader);
        return _leaders[term];
    }

    /// <summary>A term's leader was elected at an instant of the timeline.</summary>
    public void Elected(ulong term, Instant at) => _ledFrom.TryAdd(term, at);

    /// <summary>
    /// The track of a replica, new if need be. A store that came back with an empty disk and bootstrapped again has a
    /// replica of the same id, which is not the former one: it is watched, and counts for nothing.
    /// </summary>
    public ReplicaTrack TrackOf(StoreId store, ReplicaId replica, ReplicaImage image)
    {
        if (!_tracks.TryGetValue(replica, out var track))
        {
            track = new ReplicaTrack(store, replica, image);
            _tracks.Add(replica, track);
        }

        if (track.Image == image)
        {
            return track;
        }

        if (!_ghosts.TryGetValue(image, out var ghost))
        {
            ghost = new ReplicaTrack(store, replica, image) { IsLost = true };
            _ghosts.Add(image, ghost);
        }

        return ghost;
    }

    /// <summary>All tracks, those that count for nothing too.</summary>
    public IEnumerable<ReplicaTrack> AllTracks => _tracks.Values.Concat(_ghosts.Values);

    /// <summary>Ends the run: a promise was broken.</summary>
    [DoesNotReturn]
    public void Fail(string invariant, string what)
    {
        var failure = new SimulationFailedException($"group {Group}: {what} ({invariant})");
        Failure ??= failure;
        throw failure;
    }
}
