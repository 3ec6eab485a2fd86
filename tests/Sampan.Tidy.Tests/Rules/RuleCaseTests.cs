using Sampan.Tidy.Tests.Core;

namespace Sampan.Tidy.Tests.Rules;

public sealed class RuleCaseTests
{
    /// <summary>Every rule.</summary>
    public static TheoryData<string> RuleIds() => new(AllRules.Create().Select(rule => rule.Id));

    /// <summary>Each rule says what its cases say: a check that cannot fail would pass everything.</summary>
    [Theory]
    [MemberData(nameof(RuleIds))]
    public void Rule_says_what_its_cases_say(string id)
    {
        foreach (var example in RuleCase.Read(id))
        {
            var rule = AllRules.Create().Single(rule => rule.Id == id);
            Assert.True(
                example.Expected == example.Actual(rule),
                $"{example.Title}\nexpected:\n{example.Expected}\nactual:\n{example.Actual(rule)}");
        }
    }

    /// <summary>Each rule is shown to fire, and to keep silent about what it must leave alone.</summary>
    [Theory]
    [MemberData(nameof(RuleIds))]
    public void Rule_has_a_case_that_fires_and_one_that_does_not(string id)
    {
        var cases = RuleCase.Read(id);
        Assert.Contains(cases, example => example.Expected.Length > 0);
        Assert.Contains(cases, example => example.Expected.Length == 0);
    }

    /// <summary>A file of cases without its rule tests nothing.</summary>
    [Fact]
    public void Every_file_of_cases_belongs_to_a_rule()
    {
        var files = Checkout.Paths
            .Where(path => path.StartsWith("tests/Sampan.Tidy.Tests/cases/", StringComparison.Ordinal))
            .Select(Path.GetFileNameWithoutExtension);
        Assert.Empty(files.Except(AllRules.Create().Select(rule => rule.Id), StringComparer.Ordinal));
    }
}
