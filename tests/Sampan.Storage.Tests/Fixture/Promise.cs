namespace Sampan.Storage.Tests.Fixture;

/// <summary>What a script had said to its caller before it died.</summary>
internal sealed class Promise
{
    /// <summary>Whether it had returned.</summary>
    public bool IsGiven { get; set; }
}
