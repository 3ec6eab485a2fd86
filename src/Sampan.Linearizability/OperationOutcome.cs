namespace Sampan.Linearizability;

/// <summary>What is known of an operation once the history ends.</summary>
public enum OperationOutcome
{
    /// <summary>No answer came: it may have happened at any moment after its invocation, or never.</summary>
    Unknown,

    /// <summary>It was answered, so it happened between its invocation and its return.</summary>
    Completed,

    /// <summary>It surely did not happen. Checkers leave it out, but for reads of what it would have written.</summary>
    Failed,
}
