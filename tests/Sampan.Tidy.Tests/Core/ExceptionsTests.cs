namespace Sampan.Tidy.Tests.Core;

public sealed class ExceptionsTests
{
    private static readonly Finding _long = new("file-length", "src/A.cs", 0, string.Empty, "700 lines", 700);

    [Fact]
    public void Finding_without_an_exception_is_a_complaint() =>
        Assert.Equal(["file-length | src/A.cs | line 0: 700 lines"], Judge([], []));

    [Fact]
    public void Finding_with_an_exception_is_excused() => Assert.Empty(Judge(["file-length | src/A.cs | a table"], []));

    [Fact]
    public void Ratchet_holds_at_its_number() => Assert.Empty(Judge([], ["file-length | src/A.cs | 700 | a table"]));

    [Fact]
    public void Ratchet_does_not_let_a_number_grow() =>
        Assert.Equal(
            ["file-length | src/A.cs | line 0: 700 lines (eng/ratchet.txt allows 699)"],
            Judge([], ["file-length | src/A.cs | 699 | a table"]));

    [Fact]
    public void Ratchet_falls_with_the_code() =>
        Assert.Equal(
            ["file-length | src/A.cs | line 0: 700 lines (eng/ratchet.txt: lower 701 to 700)"],
            Judge([], ["file-length | src/A.cs | 701 | a table"]));

    [Fact]
    public void Exception_that_excuses_nothing_goes() =>
        Assert.Equal(
            ["file-length | src/B.cs: the exception excuses nothing, delete its line"],
            Judge(["file-length | src/A.cs | a table", "file-length | src/B.cs | gone"], []));

    [Theory]
    [InlineData("file-length | src/A.cs")]
    [InlineData("file-length | src/A.cs | ")]
    public void Exception_without_a_reason_is_refused(string line) =>
        Assert.Throws<FormatException>(() => new Exceptions([line], []));

    private static IReadOnlyList<string> Judge(string[] allow, string[] ratchet) =>
        new Exceptions(["# comment", "", .. allow], ratchet).Judge("file-length", [_long]);
}
