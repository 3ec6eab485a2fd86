using Sampan.Base;
using Sampan.Linearizability.Models;
using Sampan.Linearizability.Transactions;

namespace Sampan.Linearizability.Tests.Transactions;

/// <summary>Draws histories of transactions on registers, each value written once.</summary>
internal static class RegisterHistories
{
    /// <summary>A history of so many transactions.</summary>
    public static History<Transaction, Transaction> Draw(Prng prng, int transactions, int keys, uint lies, uint losses)
    {
        var next = 1L;
        var model = RandomObjects.Transactions(prng);
        return new RandomHistory<RegisterMap, Transaction, Transaction>
        {
            Prng = prng,
            Initial = RegisterMap.Empty,
            Draw = random => new Transaction(Enumerable.Range(0, random.NextBetween(1, 3))
                .Select(_ => random.Chance(1, 2)
                    ? TransactionStep.Write($"k{random.NextBelow(keys)}", next++)
                    : TransactionStep.Read($"k{random.NextBelow(keys)}", null))
                .ToArray()),
            Apply = model.Apply,
            Lie = (random, _, truth) => new Transaction(truth.Steps.Select(step =>
                step.Action == TransactionAction.Read
                    ? TransactionStep.Read(step.Key, random.Chance(1, 2) ? null : random.NextBetween(1, (int)next))
                    : step)),
            LiesInHundred = lies,
            LossesInHundred = losses,
        }.Make(transactions, clients: 3);
    }
}
