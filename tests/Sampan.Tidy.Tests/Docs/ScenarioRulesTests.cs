using Sampan.Tidy.Tests.Core;

namespace Sampan.Tidy.Tests.Docs;

public sealed class ScenarioRulesTests
{
    private static string Scenarios => Checkout.Read("docs/scenarios.md");

    [Fact]
    public void What_shows_a_scenario_exists() =>
        Complaints.AreNone(ScenarioRules.Inventions(Scenarios, Checkout.Paths, Checkout.Read));

    [Fact]
    public void No_scenario_is_left_out() => Complaints.AreNone(ScenarioRules.Gaps(Scenarios));

    [Fact]
    public void Tests_and_planted_bugs_that_do_not_exist_are_reported()
    {
        const string Text =
            """
            | # | mistake | tests | planted |
            | A1 | one | `Raft: VoteTests.A_vote`<br>`Raft: VoteTests.Helper` | A01 |
            | A2 | two | `Raft: OtherTests.A_vote` | A99 |
            """;
        const string Code =
            """
            [Theory]
            [InlineData(1)]
            public void A_vote(int number) { }

            public void Helper() { }
            """;
        Assert.Equal(
            [
                "`Raft: VoteTests.Helper` is no test", "`Raft: OtherTests.A_vote` is no test",
                "A2: A99 is no planted bug",
            ],
            ScenarioRules.Inventions(
                Text, ["tests/Sampan.Raft.Tests/Votes/VoteTests.cs", "eng/planted/A01.plant"], _ => Code));
    }

    [Fact]
    public void Numbers_that_are_left_out_and_rows_without_evidence_are_reported()
    {
        var gaps = ScenarioRules.Gaps(
            "| A1 | one | `Raft: A.B` | |\n| A1 | again | waits for regions | |\n| A2 | two | somehow | |\n").ToArray();
        Assert.Contains("A1 is no number, or comes twice", gaps);
        Assert.Contains("A2: neither a test nor what it waits for", gaps);
        Assert.Contains("R08a is left out", gaps);
        Assert.DoesNotContain("A2 is left out", gaps);
    }
}
