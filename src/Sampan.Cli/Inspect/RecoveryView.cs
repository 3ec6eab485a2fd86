using System.Globalization;
using Sampan.Cli.Commands;
using Sampan.Storage.Recovery;
using Spectre.Console;

namespace Sampan.Cli.Inspect;

/// <summary>What a recovery does, or did: to which groups, what is kept, and what may be lost.</summary>
internal static class RecoveryView
{
    /// <summary>Shows it.</summary>
    public static void Show(RecoveryPlan plan, bool isDone, IAnsiConsole console)
    {
        var store = $"store {plan.Identity.Store}";
        ShowGroups(plan, console);
        if (plan.Refusals.Count > 0)
        {
            console.WriteLine($"Nothing was changed: {store} cannot go on alone.");
            return;
        }

        if (!plan.IsNeeded)
        {
            console.WriteLine(
                $"Nothing was changed: {store} goes on alone already, with recovery generation {plan.Generation}.");
            return;
        }

        console.WriteLine(isDone
            ? $"Done: {store} is the only member of these groups, with recovery generation {plan.Generation}."
            : $"It would make {store} the only member of these groups, with recovery generation {plan.Generation}.");
        ShowLoss(plan, console);
        if (isDone)
        {
            console.WriteLine(
                "Start it with the settings that it had. The other stores are refused from now on; do not start them "
                + "again on their old data directories.");
        }
    }

    private static void ShowGroups(RecoveryPlan plan, IAnsiConsole console)
    {
        var table = Printing.Table(
            "group", "replica here", "voters", "last entry", "written", "maybe not committed", "becomes");
        foreach (var group in plan.Groups)
        {
            var configuration = group.Configuration.Configuration;
            var outgoing = configuration.IsJoint
                ? $"; outgoing {Printing.Ids(configuration.VotersOutgoing)}"
                : string.Empty;
            table.AddTexts(
                $"{group.Found.Group}",
                Printing.Id(group.Found.Replica.Value),
                Printing.Ids(configuration.Voters) + outgoing,
                $"term {Number(group.Last.Term)}, index {Number(group.Last.Index)}",
                Printing.Time(group.Found.TimeTicks),
                Number(group.UncommittedEntries),
                TextOf(group.Verdict));
        }

        if (plan.Groups.Count > 0)
        {
            console.Write(table);
        }
    }

    private static void ShowLoss(RecoveryPlan plan, IAnsiConsole console)
    {
        console.WriteLine(
            "Kept: all entries of these groups that this store holds, also those of which it does not know whether "
            + "they are committed.");
        console.WriteLine(
            "Lost: what was acknowledged and reached only other stores. How much that is cannot be told from here.");
        if (plan.Groups.Any(group => group.Verdict == RecoveryVerdict.LeftOut))
        {
            console.WriteLine(
                "Left out: the groups that were not named. No other store talks to this one about them any more; they "
                + "have no leader until they are recovered too.");
        }
    }

    private static string TextOf(RecoveryVerdict verdict) => verdict switch
    {
        RecoveryVerdict.Recovered => "alone",
        RecoveryVerdict.Alone => "alone already",
        RecoveryVerdict.LeftOut => "left out",
        RecoveryVerdict.Refused => "refused, see below",
        _ => $"{verdict}",
    };

    private static string Number(ulong number) => number.ToString(CultureInfo.InvariantCulture);
}
