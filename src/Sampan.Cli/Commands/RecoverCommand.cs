using System.CommandLine;
using Sampan.Cli.Inspect;
using Sampan.Io;
using Sampan.Model;
using Sampan.Storage.Recovery;

namespace Sampan.Cli.Commands;

/// <summary>
/// <c>sampan recover</c>: gives up the lost majority of a stopped store's groups, so that the store goes on alone.
/// </summary>
internal static class RecoverCommand
{
    private const string Confirmation = "--give-up-others";

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var path = new Argument<string>("DIR") { Description = "The stopped store's data directory." };
        var groups = new Option<ulong[]>("--group")
        {
            Description = "Only this group; may be given several times. [default: all that have a replica here]",
            HelpName = "id",
        };
        var isConfirmed = new Option<bool>(Confirmation)
        {
            Description = "Does it. Without this flag nothing is changed.",
        };
        var command = new Command(
            "recover",
            $"""
            The last resort when the majority of the stores is lost for good: makes a store that does not run the only
            member of its groups, with all that it holds. What was acknowledged and reached only other stores is lost.
            Other stores that come back are refused until their data directories are emptied.

            Without {Confirmation} it only shows what it would do. Before you give that flag:
              1. Make sure that no other store runs, and that none will be started again on its old data.
              2. If several stores are left, look at each. Recover one: of those whose last entry has the highest term
                 the one with the highest index. It has every acknowledged write that the others have.
              3. Copy DIR to another place. There is no way back from here but that copy.
            Run it as the user that the store runs as. Exit code 1: it was refused, and nothing was changed; or the disk
            failed, and the same command may be given again.

            Examples:
              sampan recover /var/lib/sampan
              sampan recover /var/lib/sampan {Confirmation}
            """)
        {
            path, groups, isConfirmed,
        };
        command.SetAction((parsed, _) => RunAsync(
            parsed.GetValue(path) ?? string.Empty,
            parsed.GetValue(groups) ?? [],
            parsed.GetValue(isConfirmed),
            parsed.InvocationConfiguration));
        return command;
    }

    private static async Task<int> RunAsync(
        string path, ulong[] groups, bool isConfirmed, InvocationConfiguration console)
    {
        RecoveryPlan? plan = null;
        var failure = DirectoryFailures.Of(path, () =>
        {
            var recovery = new MajorityRecovery(new OsFileSystem(), path)
            {
                Groups = groups.Length == 0 ? null : groups.Select(group => new GroupId(group)).ToHashSet(),
            };
            plan = isConfirmed ? recovery.Run() : recovery.Look();
        });
        if (plan is null)
        {
            return await Running.FailAsync(console, failure ?? string.Empty).ConfigureAwait(false);
        }

        RecoveryView.Show(plan, isConfirmed, Printing.Console(console.Output));
        foreach (var refusal in plan.Refusals)
        {
            await Running.FailAsync(console, $"{refusal}.").ConfigureAwait(false);
        }

        if (plan.IsNeeded && !isConfirmed)
        {
            await console.Output.WriteLineAsync(
                $"Nothing was changed. To do it, give the same command with {Confirmation}.").ConfigureAwait(false);
        }

        return plan.Refusals.Count == 0 ? 0 : Running.Failed;
    }
}
