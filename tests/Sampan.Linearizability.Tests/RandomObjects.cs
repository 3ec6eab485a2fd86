using System.Globalization;
using Sampan.Base;
using Sampan.Linearizability.Models;
using Sampan.Linearizability.Transactions;

namespace Sampan.Linearizability.Tests;

/// <summary>Objects to draw histories of. Values come from small domains, so that operations meet.</summary>
internal static class RandomObjects
{
    /// <summary>Registers with swaps; on several keys if there are any.</summary>
    public static RandomHistory<Dictionary<string, int?>, RegisterInput<int?>, RegisterOutput<int?>> Registers(
        Prng prng,
        int values,
        int keys) => new()
        {
            Prng = prng,
            Initial = [],
            Draw = random =>
            {
                var key = keys == 0 ? null : $"k{random.NextBelow(keys)}";
                return random.NextBelow(5) switch
                {
                    0 or 1 => RegisterInput.Read<int?>(key),
                    2 or 3 => RegisterInput.Write<int?>(random.NextBelow(values), key),
                    _ => RegisterInput.CompareAndSwap<int?>(
                        random.NextBelow(values), random.NextBelow(values), key),
                };
            },
            Apply = (state, input) =>
            {
                var value = state.GetValueOrDefault(input.Key ?? "");
                var isWritten = input.Action == RegisterAction.Write
                    || (input.Action == RegisterAction.CompareAndSwap && value == input.Expected);
                if (isWritten)
                {
                    state = new Dictionary<string, int?>(state) { [input.Key ?? ""] = input.Value };
                }

                return (state, input.Action switch
                {
                    RegisterAction.Read => new RegisterOutput<int?> { Value = value },
                    RegisterAction.Write => default,
                    _ => new RegisterOutput<int?> { IsSwapped = isWritten },
                });
            },
            Lie = (random, input, output) => input.Action switch
            {
                RegisterAction.Read => new RegisterOutput<int?> { Value = random.NextBelow(values) },
                RegisterAction.Write => output,
                _ => new RegisterOutput<int?> { IsSwapped = !output.IsSwapped },
            },
            LiesInHundred = 12,
        };

    /// <summary>Keys that are put and appended to.</summary>
    public static RandomHistory<Dictionary<string, string>, KvInput, string> Keys(Prng prng) => new()
    {
        Prng = prng,
        Initial = [],
        Draw = random => new KvInput
        {
            Action = (KvAction)random.NextBelow(3),
            Key = $"k{random.NextBelow(2)}",
            Value = $"{random.NextBelow(3)}",
        },
        Apply = (state, input) =>
        {
            var value = state.GetValueOrDefault(input.Key, "");
            var written = input.Action switch
            {
                KvAction.Put => input.Value!,
                KvAction.Append => value + input.Value,
                _ => value,
            };
            return (new Dictionary<string, string>(state) { [input.Key] = written }, value);
        },
        Lie = (random, _, output) => random.Chance(1, 2) ? output + "1" : $"{random.NextBelow(3)}",
        LiesInHundred = 12,
    };

    /// <summary>A mutex; who is refused waits, so the lie is that two get it.</summary>
    public static RandomHistory<bool, MutexAction, NoOutput> Mutex(Prng prng) => new()
    {
        Prng = prng,
        Initial = false,
        Draw = random => (MutexAction)random.NextBelow(2),
        Apply = (_, input) => (input == MutexAction.Acquire, default),
        Lie = (_, _, output) => output,
    };

    /// <summary>A counter.</summary>
    public static RandomHistory<long, CounterInput, long> Counter(Prng prng) => new()
    {
        Prng = prng,
        Initial = 0,
        Draw = random => random.Chance(1, 2)
            ? new CounterInput(CounterAction.Read)
            : new CounterInput(CounterAction.Add, random.NextBetween(-2, 3)),
        Apply = (state, input) => (state + input.Amount, state),
        Lie = (random, _, output) => output + random.NextBetween(-2, 2),
        LiesInHundred = 30,
    };

    /// <summary>A set; each element may be added and removed often.</summary>
    public static RandomHistory<Elements, SetInput, Elements> Set(Prng prng) => new()
    {
        Prng = prng,
        Initial = Elements.Empty,
        Draw = random => new SetInput((SetAction)random.NextBelow(3), $"{random.NextBelow(3)}"),
        Apply = (state, input) => (
            input.Action switch
            {
                SetAction.Add => state.InsertSorted(input.Element!),
                SetAction.Remove => state.RemoveSorted(input.Element!),
                _ => state,
            },
            state),
        Lie = (random, _, output) => random.Chance(1, 2) ? Elements.Empty : output.InsertSorted("1"),
        LiesInHundred = 40,
    };

    /// <summary>A queue whose removals wait; one from an empty queue gets a lie.</summary>
    public static RandomHistory<Elements, QueueInput, string> Queue(Prng prng) => new()
    {
        Prng = prng,
        Initial = Elements.Empty,
        Draw = random => random.Chance(3, 5)
            ? new QueueInput(QueueAction.Enqueue, $"{random.NextBelow(3)}")
            : new QueueInput(QueueAction.Dequeue),
        Apply = (state, input) => input.Action == QueueAction.Enqueue
            ? (state.Append(input.Element!), "")
            : state.Count == 0 ? (state, "0") : (state.RemoveAt(0), state[0]),
        Lie = (random, _, _) => $"{random.NextBelow(3)}",
        LiesInHundred = 8,
    };

    /// <summary>Transactions over two registers.</summary>
    public static RandomHistory<RegisterMap, Transaction, Transaction> Transactions(Prng prng) => new()
    {
        Prng = prng,
        Initial = RegisterMap.Empty,
        Draw = random => new Transaction(Enumerable.Range(0, random.NextBetween(1, 2)).Select(_ => random.Chance(1, 2)
            ? TransactionStep.Read($"k{random.NextBelow(2)}", null)
            : TransactionStep.Write($"k{random.NextBelow(2)}", random.NextBelow(3)))),
        Apply = (state, input) =>
        {
            var steps = new List<TransactionStep>();
            foreach (var step in input.Steps)
            {
                var isWrite = step.Action == TransactionAction.Write;
                state = isWrite ? state.With(step.Key, step.Value) : state;
                steps.Add(isWrite ? step : TransactionStep.Read(step.Key, state[step.Key]));
            }

            return (state, new Transaction(steps));
        },
        Lie = (random, _, output) => new Transaction(output.Steps.Select(step =>
            step.Action == TransactionAction.Read
                ? TransactionStep.Read(step.Key, random.NextBelow(3))
                : step)),
        LiesInHundred = 12,
    };

    /// <summary>Two keys of a store with revisions.</summary>
    public static RandomHistory<RevisionedStore, RevisionedInput, RevisionedOutput> Revisions(Prng prng) => new()
    {
        Prng = prng,
        Initial = RevisionedStore.Empty,
        Draw = random => new RevisionedInput
        {
            Action = (RevisionedAction)random.NextBelow(4),
            Key = $"k{random.NextBelow(2)}",
            Value = random.NextBelow(1000).ToString(CultureInfo.InvariantCulture),
            ExpectedRevision = random.NextBelow(4),
        },
        Apply = (state, input) => state.Apply(input),
        // Only what the action answers: a value where nothing was read would be no lie but noise.
        Lie = (random, input, output) => (random.NextBelow(3), input.Action) switch
        {
            (0, RevisionedAction.Get) => output with { Value = output.Value is null ? "7" : null },
            (1, RevisionedAction.Get) =>
                output with { ModRevision = Math.Max(0, output.ModRevision + random.NextBetween(-1, 1)) },
            (0, RevisionedAction.Delete or RevisionedAction.CompareAndPut) =>
                output with { HasChanged = !output.HasChanged },
            _ => output with { Revision = Math.Max(0, output.Revision + random.NextBetween(-1, 1)) },
        },
        LiesInHundred = 25,
    };
}
