using Sampan.Base;
using Sampan.Linearizability.Transactions;

namespace Sampan.Linearizability.Tests.Transactions;

/// <summary>Draws histories of transactions on lists.</summary>
internal static class ListHistories
{
    private const int KeysAtOnce = 4;
    private const int AppendsAKey = 30;

    /// <summary>
    /// A history of so many transactions, and a last one that reads all keys. Without a number of keys a few are used
    /// at a time, each until it has some dozens of elements, and no last one reads them.
    /// </summary>
    public static History<Transaction, Transaction> Draw(Prng prng, int transactions, int keys, uint lies, uint losses)
    {
        var next = 0L;
        var rotation = 0;
        string Key() => keys > 0
            ? $"k{prng.NextBelow(keys)}"
            : $"k{rotation / AppendsAKey}.{prng.NextBelow(KeysAtOnce)}";
        TransactionStep Step()
        {
            rotation++;
            return prng.Chance(1, 2)
                ? TransactionStep.Append(Key(), next++)
                : TransactionStep.ReadList(Key(), null);
        }

        var lists = new Dictionary<string, List<long>>();
        var history = new RandomHistory<Dictionary<string, List<long>>, Transaction, Transaction>
        {
            Prng = prng,
            Initial = lists,
            Draw = random => new Transaction(
                Enumerable.Range(0, random.NextBetween(1, 3)).Select(_ => Step()).ToArray()),
            Apply = (state, input) => (state, Apply(state, input)),
            Lie = (random, _, truth) => Lie(random, truth),
            LiesInHundred = lies,
            LossesInHundred = losses,
        }.Make(transactions, clients: keys > 0 ? 3 : 10);
        if (keys > 0)
        {
            var all = Enumerable.Range(0, keys).Select(key => TransactionStep.ReadList($"k{key}", null)).ToArray();
            var id = history.Invoke(99, new Transaction(all));
            history.Complete(id, Apply(lists, new Transaction(all)));
        }

        return history;
    }

    private static Transaction Apply(Dictionary<string, List<long>> lists, Transaction input)
    {
        var steps = new List<TransactionStep>();
        foreach (var step in input.Steps)
        {
            if (!lists.TryGetValue(step.Key, out var list))
            {
                lists[step.Key] = list = [];
            }

            if (step.Action == TransactionAction.Append)
            {
                list.Add(step.Value!.Value);
                steps.Add(step);
            }
            else
            {
                steps.Add(TransactionStep.ReadList(step.Key, list));
            }
        }

        return new Transaction(steps);
    }

    // A read that is a little old, or in another order.
    private static Transaction Lie(Prng prng, Transaction truth) => new(truth.Steps.Select(step =>
        step.Elements is { Count: > 0 } elements && prng.Chance(2, 3)
            ? TransactionStep.ReadList(
                step.Key, prng.Chance(3, 4) ? elements.SkipLast(1) : elements.Reverse())
            : step));
}
