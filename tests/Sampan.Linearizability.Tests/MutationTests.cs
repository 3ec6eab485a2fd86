using Sampan.Base;
using Sampan.Linearizability.Models;

namespace Sampan.Linearizability.Tests;

/// <summary>
/// Purpose: a good history in which one read is made to see a value that nobody ever wrote is bad, and the check points
/// at a read that returned no later than that one.
/// </summary>
public sealed class MutationTests
{
    private const int MadeUp = 1_000_000;

    [Fact]
    public void A_register_read_of_a_made_up_value_is_found() =>
        Mutate(
            new RegisterModel<int?>(),
            prng => Truthful(RandomObjects.Registers(prng, values: 100, keys: 3)),
            operation => operation.Input.Action == RegisterAction.Read,
            _ => new RegisterOutput<int?> { Value = MadeUp });

    [Fact]
    public void A_register_read_of_a_made_up_value_is_found_among_few_values() =>
        Mutate(
            new RegisterModel<int?>(),
            prng => Truthful(RandomObjects.Registers(prng, values: 3, keys: 1)),
            operation => operation.Input.Action == RegisterAction.Read,
            _ => new RegisterOutput<int?> { Value = MadeUp });

    [Fact]
    public void A_key_read_with_a_made_up_end_is_found() =>
        Mutate(
            new KvModel(),
            prng => Truthful(RandomObjects.Keys(prng)),
            operation => operation.Input.Action == KvAction.Get,
            text => text + "made up");

    [Fact]
    public void A_revision_read_of_a_made_up_value_is_found() =>
        Mutate(
            new RevisionedKvModel(),
            prng => Truthful(RandomObjects.Revisions(prng)),
            operation => operation.Input.Action == RevisionedAction.Get,
            seen => seen with { Value = "made up" });

    private static void Mutate<TState, TInput, TOutput>(
        IModel<TState, TInput, TOutput> model,
        Func<Prng, Func<int, History<TInput, TOutput>>> draw,
        Func<Operation<TInput, TOutput>, bool> isRead,
        Func<TOutput, TOutput> falsify)
        where TInput : notnull
    {
        for (var seed = 0; seed < FuzzCount.Or(60); seed++)
        {
            var prng = new Prng((ulong)seed);
            var history = draw(prng)(80);
            Assert.Equal(Verdict.Linearizable, LinearizabilityChecker.Check(model, history).Verdict);
            var reads = history.Where(operation => operation.IsAnswered && isRead(operation)).ToList();
            var chosen = reads[prng.NextBelow(reads.Count)].Id;
            var bad = With(history, chosen, falsify);
            var result = LinearizabilityChecker.Check(model, bad);
            Assert.True(result.Verdict == Verdict.NotLinearizable, $"case {seed}: {chosen}, {result.Verdict}");
            WitnessAssert.Explains(model, bad, result);
            Assert.True(bad[result.Failure!.Unplaced!.Value].ReturnPosition <= bad[chosen].ReturnPosition);
        }
    }

    // The same events, with one answer changed.
    private static History<TInput, TOutput> With<TInput, TOutput>(
        History<TInput, TOutput> history,
        OperationId changed,
        Func<TOutput, TOutput> falsify)
        where TInput : notnull
    {
        var events = history.Select(operation => (Position: operation.InvokePosition, operation.Id, IsReturn: false))
            .Concat(history
                .Where(operation => operation.Outcome != OperationOutcome.Unknown)
                .Select(operation => (Position: operation.ReturnPosition, operation.Id, IsReturn: true)))
            .OrderBy(one => one.Position);
        var copy = new History<TInput, TOutput>();
        foreach (var (_, id, isReturn) in events)
        {
            var operation = history[id];
            if (!isReturn)
            {
                Assert.Equal(id, copy.Invoke(operation.Process, operation.Input));
            }
            else if (operation.Outcome == OperationOutcome.Failed)
            {
                copy.Fail(id);
            }
            else
            {
                copy.Complete(id, id == changed ? falsify(operation.Output!) : operation.Output!);
            }
        }

        return copy;
    }

    private static Func<int, History<TInput, TOutput>> Truthful<TState, TInput, TOutput>(
        RandomHistory<TState, TInput, TOutput> draw)
        where TInput : notnull
    {
        var truthful = new RandomHistory<TState, TInput, TOutput>
        {
            Prng = draw.Prng,
            Initial = draw.Initial,
            Draw = draw.Draw,
            Apply = draw.Apply,
            Lie = draw.Lie,
            LossesInHundred = 5,
        };
        return operations => truthful.Make(operations, clients: 5);
    }
}
