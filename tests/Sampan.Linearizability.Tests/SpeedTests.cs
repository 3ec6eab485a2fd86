using System.Diagnostics;
using Sampan.Base;
using Sampan.Linearizability.Models;
using Xunit.Abstractions;

namespace Sampan.Linearizability.Tests;

/// <summary>
/// Purpose: large histories are decided. The rate is printed and not asserted; a machine may be slow.
/// </summary>
public sealed class SpeedTests(ITestOutputHelper output)
{
    private const int Clients = 10;

    /// <summary>
    /// Keys change every few hundred operations, or never; some answers are lost; some swaps are refused.
    /// </summary>
    [Theory]
    [InlineData(1_000_000, 300, 1)]
    [InlineData(200_000, 200_000, 0)]
    public void A_million_operations_on_registers_are_decided(int operations, int operationsAKey, int lossesInHundred)
    {
        var history = Make(operations, operationsAKey, lossesInHundred);
        var start = Stopwatch.GetTimestamp();
        var result = LinearizabilityChecker.Check(new RegisterModel<long?>(), history);
        var took = Stopwatch.GetElapsedTime(start);
        output.WriteLine(
            $"{history.Count} operations, {operationsAKey} a key, {lossesInHundred} % lost: {took.TotalSeconds:F2} s, "
            + $"{history.Count / took.TotalSeconds:F0} operations/s, {result.Steps} steps, "
            + $"{result.CacheBytesPeak >> 20} MiB");
        Assert.Equal(Verdict.Linearizable, result.Verdict);
    }

    // A register that each client uses at once: an operation takes effect somewhere between its two events.
    private static History<RegisterInput<long?>, RegisterOutput<long?>> Make(
        int operations,
        int operationsAKey,
        int lossesInHundred)
    {
        var prng = new Prng(7);
        var history = new History<RegisterInput<long?>, RegisterOutput<long?>>();
        var running = new Running?[Clients];
        long? value = null;
        var (completed, next, key) = (0, 0L, "0");
        while (completed < operations)
        {
            var client = prng.NextBelow(Clients);
            if (running[client] is not { } current)
            {
                if (history.Count % operationsAKey == 0 && running.All(other => other is null))
                {
                    (key, value) = ($"{history.Count}", null);
                }
                else if (history.Count % operationsAKey == 0 && history.Count > 0)
                {
                    // Who is idle waits until all are, then the key changes.
                    continue;
                }

                var input = prng.NextBelow(10) switch
                {
                    < 5 => RegisterInput.Read<long?>(key),
                    < 9 => RegisterInput.Write<long?>(++next, key),
                    _ => RegisterInput.CompareAndSwap(value, ++next, key),
                };
                running[client] = new Running(history.Invoke(client, input), input, default, HasHappened: false);
            }
            else if (!current.HasHappened)
            {
                var isSwapped = current.Input.Action == RegisterAction.CompareAndSwap
                    && current.Input.Expected == value;
                var answer = new RegisterOutput<long?>
                {
                    Value = current.Input.Action == RegisterAction.Read ? value : null,
                    IsSwapped = isSwapped,
                };
                value = current.Input.Action == RegisterAction.Write || isSwapped ? current.Input.Value : value;
                running[client] = current with { Output = answer, HasHappened = true };
            }
            else
            {
                if (!prng.Chance((uint)lossesInHundred, 100))
                {
                    history.Complete(current.Id, current.Output);
                    completed++;
                }

                running[client] = null;
            }
        }

        return history;
    }

    private sealed record Running(
        OperationId Id,
        RegisterInput<long?> Input,
        RegisterOutput<long?> Output,
        bool HasHappened);
}
