namespace Sampan.Raft.Tests.Conformance;

/// <summary>
/// Purpose: the files of directives are read as their authors meant them. A reader that loses a directive in silence
/// would turn every test above it into a promise nobody checks.
/// </summary>
public sealed class DataDrivenFileTests
{
    [Fact]
    public void Arguments_input_and_expectation_are_told_apart()
    {
        var file = DataDrivenFile.Parse(
            "a.txt", "# why\n\ndo 1 a=b c=(2, 3)\nv1 l2\n----\nout\n  more\n\nnext\n----\n");

        Assert.Equal(2, file.Directives.Count);
        var first = file.Directives[0];
        Assert.Equal((3, "do"), (first.Line, first.Name));
        Assert.Equal([1UL], first.Numbers);
        Assert.Equal(["b"], first.Values("a"));
        Assert.Equal([2UL, 3UL], first.NumbersOf("c"));
        Assert.False(first.Has("d"));
        Assert.Equal(["v1 l2"], first.Input);
        Assert.Equal("out\n  more\n", first.ExpectedText);
        Assert.Empty(file.Directives[1].Expected);
    }

    [Fact]
    public void Four_dashes_twice_let_the_expectation_hold_blank_lines()
    {
        var file = DataDrivenFile.Parse("a.txt", "do\n----\n----\none\n\ntwo\n----\n----\n\nnext\n----\nok\n");

        Assert.Equal(["one", "", "two"], file.Directives[0].Expected);
        Assert.Equal("next", file.Directives[1].Name);
    }

    [Fact]
    public void A_backslash_continues_a_directive()
    {
        var file = DataDrivenFile.Parse("a.txt", "do 1 \\\n  2 \\\n  k=v\n----\n");

        Assert.Equal([1UL, 2UL], file.Directives[0].Numbers);
        Assert.Equal(["v"], file.Directives[0].Values("k"));
    }

    [Theory]
    [InlineData("do 1\nno dashes\n")]
    [InlineData("do cfg=(1\n----\n")]
    [InlineData("do cfg=(1)2\n----\n")]
    public void A_file_that_is_not_understood_is_refused(string text) =>
        Assert.Throws<FormatException>(() => DataDrivenFile.Parse("a.txt", text));
}
