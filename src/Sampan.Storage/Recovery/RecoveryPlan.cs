using System.Runtime.InteropServices;
using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Storage.Identity;

namespace Sampan.Storage.Recovery;

/// <summary>
/// What giving up the lost majority of a store's groups would do (consensus.md, majority lost): made from what the
/// store holds, shown to whoever has to decide, and written by <see cref="WriteTo"/>.
/// </summary>
/// <remarks>
/// <para>What is written. A record with the store's new recovery generation, the highest that it knows plus one;
/// records that take back what it had recorded of other stores; and for each group one entry behind its log, in a term
/// above everything it knows: a configuration whose only member is this store's replica. The hard state beside it says
/// that the replica voted for itself in that term and that the entry is committed: it is, by a quorum of itself, and
/// with it everything before it. What may have been acknowledged is kept, since nobody can tell here that it was
/// not.</para>
/// <para>Durability: one atomic batch, if all of it fits. If not, the generation goes first, and a recovery that was
/// cut is done again: groups that are finished are left alone.</para>
/// </remarks>
public sealed class RecoveryPlan
{
    private readonly IReadOnlyList<StoreRecord> _records;

    internal RecoveryPlan(
        StoreIdentity identity,
        ulong generation,
        IReadOnlyList<RecoveryOfGroup> groups,
        IReadOnlyList<string> refusals,
        IReadOnlyList<StoreRecord> records)
    {
        Identity = identity;
        Generation = generation;
        Groups = groups;
        Refusals = refusals;
        _records = records;
    }

    /// <summary>The store.</summary>
    public StoreIdentity Identity { get; }

    /// <summary>The recovery generation that the store will have; what it has, if nothing is to be done.</summary>
    public ulong Generation { get; }

    /// <summary>The groups that have a replica here, by ascending id.</summary>
    public IReadOnlyList<RecoveryOfGroup> Groups { get; }

    /// <summary>Why nothing can be done, as sentences without their ends; empty if it can.</summary>
    public IReadOnlyList<string> Refusals { get; }

    /// <summary>Whether there is anything to do, and nothing in the way.</summary>
    public bool IsNeeded => Refusals.Count == 0
        && Groups.Any(group => group.Verdict == RecoveryVerdict.Recovered);

    /// <summary>Makes a plan from what a store holds.</summary>
    /// <param name="identity">The store.</param>
    /// <param name="groups">Its groups, as its log has them.</param>
    /// <param name="records">The store-wide records of its log.</param>
    /// <param name="hasState">Whether a group's state machine can be brought to where its log begins.</param>
    /// <param name="wanted">The groups to be recovered; null: all that have a replica here.</param>
    public static RecoveryPlan Make(
        StoreIdentity identity,
        IReadOnlyList<RecoveredGroup> groups,
        IReadOnlyList<StoreRecord> records,
        Predicate<RecoveredGroup> hasState,
        IReadOnlySet<GroupId>? wanted) =>
        new RecoveryPlanner(identity, hasState, wanted).Make(groups, records);

    /// <summary>
    /// Writes it to the log of the store, which does not run and was not written to since the plan was made; returns
    /// when it is durable. What is thrown comes from the log: then the old state or the new one will be found, or,
    /// where it takes several batches, a part that a second recovery completes.
    /// </summary>
    public void WriteTo(ILogStorage log)
    {
        Invariant.Holds(IsNeeded);
        var tasks = new List<PersistTask>();
        var records = new List<StoreRecord>();
        var bytes = 0L;
        foreach (var record in _records)
        {
            Reserve(log.Cost(record));
            records.Add(record);
        }

        foreach (var group in Groups.Where(group => group.Verdict == RecoveryVerdict.Recovered))
        {
            var task = TaskOf(group);
            Reserve(log.Cost(task));
            tasks.Add(task);
        }

        Flush();
        log.MarkIdle();

        void Reserve(long costBytes)
        {
            if (bytes + costBytes > log.BatchBytesMax)
            {
                Flush();
            }

            bytes += costBytes;
        }

        void Flush()
        {
            log.Append(CollectionsMarshal.AsSpan(tasks), CollectionsMarshal.AsSpan(records));
            tasks.Clear();
            records.Clear();
            bytes = 0;
        }
    }

    private PersistTask TaskOf(RecoveryOfGroup group)
    {
        var found = group.Found;
        var hasOwn = group.Configuration.Configuration.TryGetMember(found.Replica, out var own);
        Invariant.Holds(hasOwn && own.Store == Identity.Store);
        // One of priority 0 would never be elected, and there is nobody else.
        var member = own with
        {
            Incarnation = Identity.Incarnation,
            Priority = Math.Max(own.Priority, Member.DefaultPriority),
        };
        var configuration = new Configuration(
            [found.Replica], [], [], [], autoLeave: false, [member], recoveryGeneration: Generation);
        var (term, index) = (TermAbove(group), found.LastIndex + 1);
        var task = new PersistTask(found.Group, number: 1) { HardState = new HardState(term, found.Replica, index) };
        task.Entries.Add(new Entry(
            EntryKind.Configuration, term, index, found.TimeTicks, ConfigurationCodec.Encode(configuration)));
        return task;
    }

    private static ulong TermAbove(RecoveryOfGroup group)
    {
        var term = Math.Max(group.Found.HardState.Term, group.Last.Term);
        foreach (var snapshot in group.Found.Snapshots)
        {
            term = Math.Max(term, snapshot.Last.Term);
        }

        return checked(term + 1);
    }
}
