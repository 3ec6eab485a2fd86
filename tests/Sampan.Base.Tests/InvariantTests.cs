namespace Sampan.Base.Tests;

public sealed class InvariantTests
{
    [Fact]
    public void Violation_names_the_condition_the_numbers_and_the_place()
    {
        var (left, right) = (3UL, 2UL);
        var violation = Assert.Throws<InvariantViolationException>(() => Invariant.Holds(left <= right, left, right));
        Assert.StartsWith(
            "invariant violated: left <= right (left 3, right 2) at InvariantTests.cs:",
            violation.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_happens_while_it_holds() => Assert.Null(Record.Exception(() => Invariant.Holds(true)));
}
