using Sampan.Linearizability.Transactions;

namespace Sampan.Linearizability.Checks;

/// <summary>
/// Money is moved between accounts and never made: every read of all accounts must show the same sum, no unknown
/// account and, unless allowed, no negative balance. What snapshot isolation already promises. Linear.
/// </summary>
public static class BankCheck
{
    /// <summary>
    /// Judges every answered transaction that only reads. The accounts are those of the first one; whoever reads only
    /// some of them violates the sum.
    /// </summary>
    public static CheckReport Check(History<Transaction, Transaction> history, BankRules rules = default)
    {
        ArgumentNullException.ThrowIfNull(history);
        var report = new CheckReport();
        HashSet<string>? accounts = null;
        var total = rules.Total;
        foreach (ref readonly var operation in history.Operations)
        {
            var isRead = operation.IsAnswered
                && operation.Input.Steps.All(step => step.Action == TransactionAction.Read);
            if (!isRead)
            {
                continue;
            }

            // An answered operation has an output.
            var steps = operation.Output!.Steps;
            accounts ??= steps.Select(step => step.Key).ToHashSet(StringComparer.Ordinal);
            total ??= steps.Sum(step => step.Value ?? 0);
            report.IsTelling = true;
            if (WrongWith(steps, accounts, total.Value, rules.MayBeNegative) is { } wrong)
            {
                report.Add(operation.Id, wrong);
            }
        }

        return report;
    }

    private static string? WrongWith(
        IReadOnlyList<TransactionStep> steps,
        HashSet<string> accounts,
        long total,
        bool mayBeNegative)
    {
        var sum = 0L;
        string? wrong = null;
        foreach (var step in steps)
        {
            sum += step.Value ?? 0;
            if (!accounts.Contains(step.Key))
            {
                wrong ??= $"account {step.Key} is not known";
            }
            else if (step.Value is null)
            {
                wrong ??= $"account {step.Key} has no balance";
            }
            else if (step.Value < 0 && !mayBeNegative)
            {
                wrong ??= $"account {step.Key} has {step.Value}";
            }
        }

        return sum == total ? wrong : $"the balances make {sum}, not {total}";
    }
}
