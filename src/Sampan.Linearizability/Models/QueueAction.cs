namespace Sampan.Linearizability.Models;

/// <summary>What is done to a queue.</summary>
public enum QueueAction
{
    /// <summary>Adds an element.</summary>
    Enqueue,

    /// <summary>Takes an element; possible while there is one.</summary>
    Dequeue,
}
