using Sampan.Base;

namespace Sampan.Linearizability.Tests;

/// <summary>
/// Draws histories of any model: clients ask what a function draws, a real object answers somewhere in between, some
/// answers are lost, some are lies. So good and bad histories both are common, and the bad ones are nearly good.
/// </summary>
internal sealed class RandomHistory<TState, TInput, TOutput>
    where TInput : notnull
{
    /// <summary>Where randomness comes from.</summary>
    public required Prng Prng { get; init; }

    /// <summary>The object's initial state.</summary>
    public required TState Initial { get; init; }

    /// <summary>What a client asks.</summary>
    public required Func<Prng, TInput> Draw { get; init; }

    /// <summary>What the object does.</summary>
    public required Func<TState, TInput, (TState State, TOutput Output)> Apply { get; init; }

    /// <summary>An answer that may be wrong.</summary>
    public required Func<Prng, TInput, TOutput, TOutput> Lie { get; init; }

    /// <summary>Answers in a hundred that may be wrong.</summary>
    public uint LiesInHundred { get; init; }

    /// <summary>
    /// Answers in a hundred that are lost, and a third as many that say that nothing happened, truly.
    /// </summary>
    public uint LossesInHundred { get; init; } = 15;

    /// <summary>A history of so many operations by so many clients.</summary>
    public History<TInput, TOutput> Make(int operations, int clients)
    {
        var history = new History<TInput, TOutput>();
        var state = Initial;
        var running = new Running?[clients];
        var process = clients;
        var processes = Enumerable.Range(0, clients).ToArray();
        var invoked = 0;
        while (invoked < operations || running.Any(client => client is not null))
        {
            var client = Prng.NextBelow(clients);
            if (running[client] is not { } current)
            {
                if (invoked < operations)
                {
                    var input = Draw(Prng);
                    running[client] = new Running(history.Invoke(processes[client], input), input);
                    invoked++;
                }
            }
            else if (!current.HasHappened)
            {
                if (Prng.Chance(LossesInHundred / 3, 100))
                {
                    history.Fail(current.Id);
                    running[client] = null;
                    continue;
                }

                // A lost answer of something that will never happen, or that happens but is not heard of.
                current.IsLost = Prng.Chance(LossesInHundred, 100);
                if (!current.IsLost || Prng.Chance(1, 2))
                {
                    (state, current.Output) = Apply(state, current.Input);
                }

                current.HasHappened = true;
            }
            else
            {
                if (current.IsLost)
                {
                    processes[client] = process++;
                }
                else
                {
                    var isLie = Prng.Chance(LiesInHundred, 100);
                    history.Complete(
                        current.Id, isLie ? Lie(Prng, current.Input, current.Output!) : current.Output!);
                }

                running[client] = null;
            }
        }

        return history;
    }

    private sealed class Running(OperationId id, TInput input)
    {
        public OperationId Id { get; } = id;

        public TInput Input { get; } = input;

        public TOutput? Output { get; set; }

        public bool HasHappened { get; set; }

        public bool IsLost { get; set; }
    }
}
