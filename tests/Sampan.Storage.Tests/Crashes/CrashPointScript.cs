namespace Sampan.Storage.Tests.Crashes;

/// <summary>
/// What a store does: first without, then under the threat of its end at any call.
/// </summary>
internal sealed record CrashPointScript(string Name, Action<CrashWorld> Before, Action<CrashWorld> Act)
{
    /// <inheritdoc/>
    public override string ToString() => Name;
}
