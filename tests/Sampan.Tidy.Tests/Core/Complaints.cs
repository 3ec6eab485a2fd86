namespace Sampan.Tidy.Tests.Core;

/// <summary>An assertion whose failure shows every complaint whole, one a line.</summary>
internal static class Complaints
{
    /// <summary>Fails with all complaints if there is one.</summary>
    public static void AreNone(IEnumerable<string> complaints)
    {
        var text = string.Join('\n', complaints);
        Assert.True(text.Length == 0, text);
    }
}
