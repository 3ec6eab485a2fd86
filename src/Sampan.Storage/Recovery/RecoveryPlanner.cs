using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Storage.Identity;

namespace Sampan.Storage.Recovery;

/// <summary>Decides what becomes of each group of a store whose majority is lost. Pure.</summary>
internal sealed class RecoveryPlanner
{
    private readonly StoreIdentity _identity;
    private readonly Predicate<RecoveredGroup> _hasState;
    private readonly IReadOnlySet<GroupId>? _wanted;

    /// <summary>A planner for a store; see <see cref="RecoveryPlan.Make"/>.</summary>
    public RecoveryPlanner(
        StoreIdentity identity, Predicate<RecoveredGroup> hasState, IReadOnlySet<GroupId>? wanted)
    {
        _identity = identity;
        _hasState = hasState;
        _wanted = wanted;
    }

    /// <summary>The plan.</summary>
    public RecoveryPlan Make(IReadOnlyList<RecoveredGroup> groups, IReadOnlyList<StoreRecord> records)
    {
        var present = groups.Where(group => group.Replica != ReplicaId.None).OrderBy(group => group.Group).ToArray();
        var judged = present.Select(Judge).ToArray();
        var refusals = new List<string>(RefusalsOfWanted(groups));
        refusals.AddRange(judged.Where(group => group.Verdict == RecoveryVerdict.Refused).Select(
            group => group.Refusal));
        if (present.Length == 0 && refusals.Count == 0)
        {
            refusals.Add($"store {_identity.Store} has no replica of any group: there is nothing to recover");
        }

        var isNeeded = refusals.Count == 0
            && Array.Exists(judged, group => group.Verdict == RecoveryVerdict.Recovered);
        var generation = HighestGeneration(present, records) + (isNeeded ? 1UL : 0);
        return new RecoveryPlan(_identity, generation, judged, refusals, RecordsOf(generation, records));
    }

    private RecoveryOfGroup Judge(RecoveredGroup found)
    {
        var newest = NewestOf(found);
        var isWanted = _wanted?.Contains(found.Group) != false;
        var refusal = isWanted && !IsAlone(found, newest.Configuration) ? RefusalOf(found, newest.Configuration) : null;
        return new RecoveryOfGroup
        {
            Found = found,
            Configuration = newest,
            Refusal = refusal ?? string.Empty,
            Verdict = !isWanted ? RecoveryVerdict.LeftOut
                : IsAlone(found, newest.Configuration) ? RecoveryVerdict.Alone
                : refusal is not null ? RecoveryVerdict.Refused
                : RecoveryVerdict.Recovered,
        };
    }

    // A configuration that is not committed counts as it does for quorums: the newest one decides (I-14).
    private static ConfigurationEntry NewestOf(RecoveredGroup found)
    {
        var newest = new ConfigurationEntry(0, found.Bootstrap ?? Configuration.Empty);
        foreach (var entry in found.Snapshots.Select(mark => mark.Configuration).Concat(found.Configurations))
        {
            newest = entry.Index >= newest.Index && entry.Configuration.Members.Length > 0 ? entry : newest;
        }

        return newest;
    }

    private bool IsAlone(RecoveredGroup found, Configuration newest) =>
        !newest.IsJoint && newest.Learners.IsEmpty && newest.Voters.Length == 1
        && newest.TryGetMember(found.Replica, out var own) && !IsForeign(own);

    private bool IsForeign(Member own) => own.Store != _identity.Store
        || (own.Incarnation.IsBound && own.Incarnation != _identity.Incarnation);

    private string? RefusalOf(RecoveredGroup found, Configuration newest)
    {
        var replica = $"replica {found.Replica} of group {found.Group}";
        if (newest.Members.IsEmpty)
        {
            return $"{replica} was created here, but never received the group's configuration: it holds no state that "
                + "could be kept";
        }

        if (!newest.TryGetMember(found.Replica, out var own))
        {
            return $"{replica} was removed from the group ({newest}): the others decided without it since, so what it "
                + "holds is not the group's state";
        }

        if (IsForeign(own))
        {
            return $"{replica} means another data directory (store {own.Store}, incarnation {own.Incarnation}) than "
                + "this one: this store lost its data once, and was never counted again";
        }

        if (!newest.IsVoter(found.Replica))
        {
            return $"{replica} is a learner: the others never waited for it, so that acknowledged writes may be "
                + "missing here however far it seems to be; recover a store that was a voter";
        }

        if (!own.Incarnation.IsBound && !found.IsAdmitted && found.Bootstrap is not null)
        {
            return $"{replica} never took part: too few of the other first members had met this store";
        }

        if (found.LastIndex == 0)
        {
            return $"{replica} holds no entry: there is nothing to keep; begin anew with empty data directories";
        }

        return _hasState(found)
            ? null
            : $"{replica} has no sound snapshot, and its log begins only behind index {found.Base.Index}: its state "
                + "cannot be built again";
    }

    private IEnumerable<string> RefusalsOfWanted(IReadOnlyList<RecoveredGroup> groups)
    {
        foreach (var wanted in (_wanted ?? new HashSet<GroupId>()).Order())
        {
            var found = groups.FirstOrDefault(group => group.Group == wanted);
            if (found is null)
            {
                yield return $"group {wanted} never had a replica on store {_identity.Store}";
            }
            else if (found.Replica == ReplicaId.None)
            {
                yield return $"group {wanted} was removed from store {_identity.Store}: replicas up to "
                    + $"{found.Tombstone} are gone for good, with all they held";
            }
        }
    }

    private static ulong HighestGeneration(
        IEnumerable<RecoveredGroup> present, IReadOnlyList<StoreRecord> records)
    {
        var highest = 0UL;
        foreach (var record in records)
        {
            highest = Math.Max(highest, record.RecoveryGeneration);
        }

        foreach (var group in present)
        {
            highest = Math.Max(highest, group.Bootstrap?.RecoveryGeneration ?? 0);
            foreach (var entry in group.Snapshots.Select(mark => mark.Configuration).Concat(group.Configurations))
            {
                highest = Math.Max(highest, entry.Configuration.RecoveryGeneration);
            }
        }

        return highest;
    }

    // The generation first: where several batches are needed, no group is on the new side before the store is.
    private List<StoreRecord> RecordsOf(ulong generation, IReadOnlyList<StoreRecord> records)
    {
        var written = new List<StoreRecord>
        {
            new()
            {
                Kind = StoreRecordKind.RecoveryGeneration,
                RecoveryGeneration = generation,
                Incarnation = _identity.Incarnation,
            },
        };
        foreach (var record in records)
        {
            if (record.Kind == StoreRecordKind.PeerIncarnation && record.Incarnation.IsBound)
            {
                written.Add(record with { Incarnation = Incarnation.Unbound });
            }
        }

        return written;
    }
}
