using Sampan.Base;

namespace Sampan.Linearizability.Models;

/// <summary>
/// Checks a store whose answers carry revisions, as etcd's do. The revisions already tell the order of all answered
/// operations; so that order is checked first, against real time, in O(n log n), and what is left to search is only
/// where unanswered changes may stand in it.
/// </summary>
public static class RevisionedKvChecker
{
    /// <summary>
    /// Checks a history of single keys. The store is one object, so an operation of one key that contradicts another
    /// key's is found too. Threads and bounds are those of <see cref="LinearizabilityChecker"/>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A bound is not positive.</exception>
    public static CheckResult Check(
        History<RevisionedInput, RevisionedOutput> history,
        RevisionedRules rules = default,
        CheckOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(history);
        options ??= new CheckOptions();
        options.Validate();
        var ordered = history.Where(operation => operation.IsAnswered).ToArray();
        Array.Sort(ordered, ByRevision);
        var contradiction = FirstContradiction(ordered, history.Operations) ?? FirstStranger(ordered);
        if (contradiction is null && !rules.MayHaveGaps)
        {
            contradiction = FirstGap(ordered, history.Operations, rules.InitialRevision);
        }

        if (contradiction is not null)
        {
            return new CheckResult(Verdict.NotLinearizable, [contradiction]);
        }

        var model = new RevisionedKvModel(rules.InitialRevision);
        return LinearizabilityChecker.Check(model, Straighten(history, ordered), options);
    }

    // By revision; the change first, then what saw it, in the order of invocations.
    private static int ByRevision(
        Operation<RevisionedInput, RevisionedOutput> left,
        Operation<RevisionedInput, RevisionedOutput> right)
    {
        var byRevision = left.Output.Revision.CompareTo(right.Output.Revision);
        if (byRevision != 0)
        {
            return byRevision;
        }

        var byKind = RevisionedKvModel.IsChange(right).CompareTo(RevisionedKvModel.IsChange(left));
        return byKind != 0 ? byKind : left.InvokePosition.CompareTo(right.InvokePosition);
    }

    private static PartitionResult? FirstContradiction(
        Operation<RevisionedInput, RevisionedOutput>[] ordered,
        ReadOnlySpan<Operation<RevisionedInput, RevisionedOutput>> all)
    {
        for (var i = 1; i < ordered.Length; i++)
        {
            var (before, after) = (ordered[i - 1], ordered[i]);
            if (RevisionedKvModel.IsChange(after) && before.Output.Revision == after.Output.Revision)
            {
                return Contradiction(after, $"{before.Id} changed something in the same revision");
            }
        }

        var byReturn = ordered.ToArray();
        Array.Sort(byReturn, (left, right) => left.ReturnPosition.CompareTo(right.ReturnPosition));
        var returned = 0;
        Operation<RevisionedInput, RevisionedOutput>? latest = null;
        foreach (ref readonly var operation in all)
        {
            while (returned < byReturn.Length && byReturn[returned].ReturnPosition < operation.InvokePosition)
            {
                var isLater = latest is null || byReturn[returned].Output.Revision > latest.Value.Output.Revision;
                latest = isLater ? byReturn[returned] : latest;
                returned++;
            }

            if (operation.IsAnswered && latest is { } done)
            {
                var leastAllowed = done.Output.Revision + (RevisionedKvModel.IsChange(operation) ? 1 : 0);
                if (operation.Output.Revision < leastAllowed)
                {
                    return Contradiction(operation, $"{done.Id} had returned revision {done.Output.Revision} before");
                }
            }

        }

        return null;
    }

    // A revision that belongs to the change of another key: no search of one key alone would notice.
    private static PartitionResult? FirstStranger(Operation<RevisionedInput, RevisionedOutput>[] ordered)
    {
        var keys = new Dictionary<long, string>();
        foreach (ref readonly var operation in ordered.AsSpan())
        {
            var revision = RevisionedKvModel.IsChange(operation)
                ? operation.Output.Revision
                : operation.Output.ModRevision;
            if (revision > operation.Output.Revision)
            {
                return Contradiction(operation, "the key is from a later revision than the store");
            }

            if (revision > 0 && !keys.TryAdd(revision, operation.Input.Key)
                && !string.Equals(keys[revision], operation.Input.Key, StringComparison.Ordinal))
            {
                return Contradiction(operation, $"revision {revision} changed {keys[revision]}");
            }
        }

        return null;
    }

    // A revision that no answered change has must be that of an unanswered one, invoked before anybody who saw that
    // revision or a later one returned. Deadlines only grow with revisions, so counting is enough: up to each missing
    // revision there must be as many such changes as missing revisions.
    private static PartitionResult? FirstGap(
        Operation<RevisionedInput, RevisionedOutput>[] ordered,
        ReadOnlySpan<Operation<RevisionedInput, RevisionedOutput>> all,
        long initialRevision)
    {
        var guests = new List<long>();
        foreach (ref readonly var operation in all)
        {
            if (operation.Outcome == OperationOutcome.Unknown && operation.Input.Action != RevisionedAction.Get)
            {
                guests.Add(operation.InvokePosition);
            }
        }

        // Who returned first among those that saw as much as each.
        var witnesses = new int[ordered.Length];
        for (var i = ordered.Length - 1; i >= 0; i--)
        {
            var isFirst = i + 1 == ordered.Length
                || ordered[i].ReturnPosition < ordered[witnesses[i + 1]].ReturnPosition;
            witnesses[i] = isFirst ? i : witnesses[i + 1];
        }

        var (revision, missing, available) = (initialRevision, 0L, 0);
        for (var i = 0; i < ordered.Length; i++)
        {
            var isChange = RevisionedKvModel.IsChange(ordered[i]);
            missing += Math.Max(0, ordered[i].Output.Revision - revision - (isChange ? 1 : 0));
            revision = Math.Max(revision, ordered[i].Output.Revision);
            ref readonly var witness = ref ordered[witnesses[i]];
            while (available < guests.Count && guests[available] < witness.ReturnPosition)
            {
                available++;
            }

            if (missing > available)
            {
                return Contradiction(
                    witness,
                    $"{missing} revisions up to {revision} belong to nobody, {available} changes may have them");
            }
        }

        return null;
    }

    private static PartitionResult Contradiction(
        in Operation<RevisionedInput, RevisionedOutput> operation,
        string reason) => new(operation.Input.Key)
        {
            Verdict = Verdict.NotLinearizable,
            Unplaced = operation.Id,
            States = [$"{operation.Input} -> {operation.Output}: {reason}"],
        };

    // The same history, its answered operations one after the other in the order of their revisions. An unanswered one
    // can stand before any of them that had not returned when it was invoked, and before all that follow that one.
    private static List<Operation<RevisionedInput, RevisionedOutput>> Straighten(
        History<RevisionedInput, RevisionedOutput> history,
        Operation<RevisionedInput, RevisionedOutput>[] ordered)
    {
        // The latest place in the order of whatever returned up to each position.
        var byReturn = Enumerable.Range(0, ordered.Length).ToArray();
        Array.Sort(byReturn, (left, right) => ordered[left].ReturnPosition.CompareTo(ordered[right].ReturnPosition));
        var guests = new List<(int After, Operation<RevisionedInput, RevisionedOutput> Operation)>();
        var (returned, latest) = (0, -1);
        foreach (ref readonly var operation in history.Operations)
        {
            for (; returned < byReturn.Length
                && ordered[byReturn[returned]].ReturnPosition < operation.InvokePosition; returned++)
            {
                latest = Math.Max(latest, byReturn[returned]);
            }

            if (operation.Outcome == OperationOutcome.Unknown)
            {
                guests.Add((latest, operation));
            }
        }

        var straight = new List<Operation<RevisionedInput, RevisionedOutput>>(history.Count);
        var position = 0L;
        var guest = 0;
        for (var i = -1; i < ordered.Length; i++)
        {
            if (i >= 0)
            {
                straight.Add(ordered[i] with { InvokePosition = position++, ReturnPosition = position++ });
            }

            for (; guest < guests.Count && guests[guest].After == i; guest++)
            {
                straight.Add(guests[guest].Operation with { InvokePosition = position++ });
            }
        }

        Invariant.Holds(guest == guests.Count);
        return straight;
    }
}
