using Sampan.Model;
using Sampan.Simulation.Checks;
using Sampan.Simulation.Stores;

namespace Sampan.Simulation.Faults;

/// <summary>
/// How much each group can bear: under every configuration that may be in force somewhere, a majority of each half must
/// be left that has its disk.
/// </summary>
internal static class Membership
{
    /// <summary>Whether all groups survive if these stores never come back with what they had.</summary>
    public static bool CanLose(SimulationWorld world, IReadOnlyCollection<SimulatedStore> stores)
    {
        world.Changes.RemoveAll(change => !change.IsOpen);
        if (world.Changes.Count > 0)
        {
            // Nobody knows yet which configurations will be in force.
            return false;
        }

        foreach (var checker in world.Checkers.Values)
        {
            if (!AreBound(NewestCommitted(checker.History))
                || checker.History.Tracks.Values.Any(track => IsWaiting(track, checker.History)))
            {
                return false;
            }

            foreach (var configuration in ConfigurationsOf(checker.History))
            {
                if (!Quorums.IsQuorum(configuration, replica => IsLeft(world, checker.History, replica, stores)))
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>
    /// Whether enough of these voters have their disks: who changes members so that too few have takes a group's
    /// majority away by his own hand.
    /// </summary>
    public static bool IsSound(SimulationWorld world, GroupHistory history, IReadOnlyCollection<ReplicaId> voters) =>
        voters.Count(replica => IsLeft(world, history, replica, [])) * 2 > voters.Count;

    /// <summary>All configurations that some replica may act by.</summary>
    public static IEnumerable<Configuration> ConfigurationsOf(GroupHistory history)
    {
        yield return NewestCommitted(history);
        foreach (var track in history.Tracks.Values)
        {
            if (track.IsLost || track.Image.Replica == ReplicaId.None)
            {
                continue;
            }

            if (track.Image.NewestConfiguration(history) is { } durable)
            {
                yield return durable;
            }

            if (track.Seen is { } seen && seen.Configuration.Configuration.Members.Length > 0)
            {
                yield return seen.Configuration.Configuration;
            }
        }
    }

    // Before a leader has bound its members a group cannot do without any of them: who comes back with an empty disk is
    // refused, and in small groups all must have met.
    private static bool AreBound(Configuration configuration) =>
        configuration.Members.ToArray().All(member => member.Incarnation.IsBound);

    // Who has not been admitted yet needs others than a majority for that.
    private static bool IsWaiting(ReplicaTrack track, GroupHistory history) =>
        !track.IsLost && track.Image.Replica == track.Replica && track.Image.Bootstrap is not null
        && !TakesPart(track.Image, track.Image.NewestConfiguration(history));

    private static Configuration NewestCommitted(GroupHistory history)
    {
        var newest = new ConfigurationEntry(0, history.Initial);
        foreach (var track in history.Tracks.Values)
        {
            if (track.Core is { } core)
            {
                var known = core.ConfigurationAt(core.CommitIndex);
                newest = known.Index > newest.Index ? known : newest;
            }
        }

        return newest.Configuration;
    }

    private static bool IsLeft(
        SimulationWorld world,
        GroupHistory history,
        ReplicaId replica,
        IReadOnlyCollection<SimulatedStore> lost)
    {
        // Before its first start a replica has neither track nor image, and nothing to lose.
        if (!history.Tracks.TryGetValue(replica, out var track))
        {
            return history.Initial.TryGetMember(replica, out var member) && lost.All(store => store.Id != member.Store);
        }

        var store = world.StoreOf(track.Store);
        return !track.IsLost && track.Image.Replica == replica && !store.IsDamaged && store.Refusal is null
            && !lost.Contains(store)
            && TakesPart(track.Image, track.Image.NewestConfiguration(history));
    }

    // It was admitted, or knows that it is bound: until then it needs others to take part at all.
    private static bool TakesPart(ReplicaImage image, Configuration? newest)
    {
        return newest is not null && newest.TryGetMember(image.Replica, out var member)
            && (image.IsAdmitted || member.Incarnation.IsBound);
    }
}
