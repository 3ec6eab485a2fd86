namespace Sampan.Testing.Workers;

/// <summary>The orders that one worker's posts and completions keep, each for itself.</summary>
internal sealed class SimulatedOrders
{
    /// <summary>Of what it puts into mailboxes.</summary>
    public ArrivalOrder Posts { get; } = new();

    /// <summary>Of what it sends to other processes.</summary>
    public ArrivalOrder Sends { get; } = new();

    /// <summary>Of what it tells waiters.</summary>
    public ArrivalOrder Completions { get; } = new();
}
