namespace Sampan.Linearizability.Tests.Conformance;

/// <summary>Purpose: histories are read as they were meant.</summary>
public sealed class EdnReaderTests
{
    [Fact]
    public void All_kinds_of_values_are_read()
    {
        var values = EdnReader.ReadAll(
            """
            ; a comment
            nil, 12 -3 :key/word "a \"text\"\n" [1 (2) #{3}] {:a 1, :b [nil]} #_ {:not :there} #inst "2020" \a true
            """);
        Assert.Equal(
            [
                "nil", "12", "-3", "key/word", "\"a \"text\"\n\"", "(1 (2) (3))", "(a 1 b (nil))", "\"2020\"", "\\a",
                "true",
            ],
            values.Select(value => value.Text));
        Assert.Equal(12, values[1].Number);
        Assert.Equal("1", values[6].At("a").Text);
        Assert.True(values[6].At("none").IsNil);
    }

    [Theory]
    [InlineData("[1 2")]
    [InlineData("{:a 1]")]
    [InlineData("1 )")]
    public void What_does_not_close_is_refused(string text) =>
        Assert.Throws<FormatException>(() => EdnReader.ReadAll(text));
}
