namespace Sampan.Storage.Tests.Crashes;

/// <summary>
/// What a store does: first without, then under the threat of its end at any call.
/// </summary>
internal sealed record CrashPointScript(string Name, Action<CrashWorld> Before, Action<CrashWorld> Act)
{
    /// <summary>Whether it asks for what only a simulated disk does.</summary>
    public bool NeedsSimulation { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
