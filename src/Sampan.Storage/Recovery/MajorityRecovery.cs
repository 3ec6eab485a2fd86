using Sampan.Io;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Storage.Identity;
using Sampan.Storage.Log;
using Sampan.Storage.Snapshots;

namespace Sampan.Storage.Recovery;

/// <summary>
/// Gives up the lost majority of the groups of a store that does not run, so that it goes on alone (consensus.md,
/// majority lost). An act of an operator who knows that the other stores never come back.
/// </summary>
/// <remarks>
/// Both members throw <see cref="StoreRefusedException"/> for a directory that is no store's, a running store's, or
/// cannot be believed, <see cref="StorageDamagedException"/> for a log that a start would refuse, and
/// <see cref="FileSystemException"/> for a disk that fails. One caller at a time.
/// </remarks>
public sealed class MajorityRecovery
{
    // The log is opened to write one small entry for each group.
    private const int EntryBytesMax = 4096;

    private readonly IFileSystem _files;
    private readonly string _path;

    /// <summary>A recovery of this data directory.</summary>
    public MajorityRecovery(IFileSystem files, string path)
    {
        _files = files;
        _path = path;
    }

    /// <summary>The groups to be recovered; null: all that have a replica here.</summary>
    public IReadOnlySet<GroupId>? Groups { get; init; }

    /// <summary>
    /// What the state machine of a group has applied durably; 0 where it is built again from a snapshot and the log.
    /// </summary>
    public Func<GroupId, ulong> AppliedIndex { get; init; } = _ => 0;

    /// <summary>Says what would be done; changes nothing.</summary>
    public RecoveryPlan Look()
    {
        using var directory = StoreDirectory.OpenForReading(_files, _path);
        if (!directory.IsComplete)
        {
            throw new StoreRefusedException(
                StoreRefusal.NoStore,
                $"the data directory {_path} never took part in anything: its first start did not come to its end");
        }

        using var log = new LogInspector(_files, directory.LogPath, directory.Identity.Incarnation)
        {
            MustExist = true,
        }.Open();
        return PlanOf(directory, log.Groups, log.Records);
    }

    /// <summary>
    /// Does what <see cref="Look"/> says, durably, unless the plan refuses it or there is nothing to do: then nothing
    /// is changed. Returns the plan. It may be called again after a crash at any moment.
    /// </summary>
    public RecoveryPlan Run()
    {
        var plan = Look();
        if (!plan.IsNeeded)
        {
            return plan;
        }

        using var directory = StoreDirectory.Open(_files, _path, plan.Identity);
        var options = new LogOptions
        {
            SegmentBytes = SegmentBytesOf(directory),
            EntryBytesMax = EntryBytesMax,
            Owner = directory.Identity.Incarnation,
            MustExist = true,
        };
        using var log = SegmentedLog.Open(_files, directory.LogPath, options, out var recovered);

        // Made again from what is durable now: between the two the directory was free for a moment.
        var durable = PlanOf(directory, recovered.Groups, recovered.Records);
        if (durable.IsNeeded)
        {
            durable.WriteTo(log);
        }

        return durable;
    }

    private RecoveryPlan PlanOf(
        StoreDirectory directory, IReadOnlyList<RecoveredGroup> groups, IReadOnlyList<StoreRecord> records)
    {
        var isSnapshotWanted = groups.Any(group => group.Base.Index > 0);
        var snapshots = isSnapshotWanted ? new SnapshotInspector(_files, directory.SnapshotPath).ReadAll() : [];
        return RecoveryPlan.Make(
            directory.Identity,
            groups,
            records,
            group => group.Base.Index <= AppliedIndex(group.Group) || HasUsable(group, snapshots),
            Groups);
    }

    // As a start judges: sound, marked, and with the log going on behind it.
    private static bool HasUsable(RecoveredGroup group, IReadOnlyList<SnapshotReport> snapshots) =>
        group.Snapshots.Any(mark => mark.Last.Index >= group.Base.Index && mark.Last.Index <= group.LastIndex
            && snapshots.Any(found => found.Group == group.Group && found.IsComplete && found.Complaint.Length == 0
                && found.Meta is { } meta && SnapshotGroup.IsSame(mark, meta)));

    // Spares and new segments as the store makes them itself.
    private int SegmentBytesOf(StoreDirectory directory)
    {
        var segments = new LogInspector(_files, directory.LogPath, directory.Identity.Incarnation).ReadSegments();
        return (int)segments.Last(segment => segment.IsOpened).LengthBytes;
    }
}
