using Sampan.Base;

namespace Sampan.Testing.Workers;

/// <summary>
/// Completes requests as events, later than the local time of the worker that handed them over and never inside its
/// round. The completions of one worker keep their order; a crash takes back those that lie ahead.
/// </summary>
public sealed class SimulatedCompletionQueue : ICompletionQueue
{
    private readonly SimulatedProcess _process;

    internal SimulatedCompletionQueue(SimulatedProcess process) => _process = process;

    /// <inheritdoc/>
    public void Enqueue(ICompletion completion)
    {
        var wanted = _process.Now.After(_process.Latencies.Completion.Draw(_process.Prng));
        var arrival = _process.Orders.Completions.Next(wanted);
        _process.Timeline.Schedule(arrival, () =>
        {
            if (_process.IsAlive)
            {
                completion.Complete();
            }
        });
    }
}
