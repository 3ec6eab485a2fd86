using Sampan.Tidy.Tests.Rules;

namespace Sampan.Tidy.Tests.Core;

public sealed class CheckoutTests
{
    private static readonly IReadOnlyList<Finding> _findings = TidyRun.Over(Checkout.Files, AllRules.Create());

    private static readonly Exceptions _exceptions =
        new(Checkout.ReadLines("eng/allow.txt"), Checkout.ReadLines("eng/ratchet.txt"));

    /// <summary>One case a rule, so that a failure names it.</summary>
    public static TheoryData<string> RuleIds() => new(AllRules.Create().Select(rule => rule.Id));

    /// <summary>The repository keeps each rule, but for the listed exceptions.</summary>
    [Theory]
    [MemberData(nameof(RuleIds))]
    public void Rule_holds_everywhere(string rule) => Complaints.AreNone(_exceptions.Judge(rule, _findings));

    /// <summary>An exception of a rule that does not exist would never be missed.</summary>
    [Fact]
    public void Exceptions_name_rules_that_exist() =>
        Assert.Empty(_exceptions.Rules().Except(AllRules.Create().Select(rule => rule.Id), StringComparer.Ordinal));

    /// <summary>A walk that finds nothing would pass every test.</summary>
    [Fact]
    public void Walk_sees_the_repository()
    {
        Assert.Contains("Sampan.slnx", Checkout.Paths, StringComparer.Ordinal);
        Assert.Contains(Checkout.Files, file => file.Path == "src/Sampan.Base/Prng.cs" && file.Room == "Base");
        Assert.Contains(Checkout.Projects, project => project.Room == "Raft");
        Assert.DoesNotContain(Checkout.Paths, path => path.Contains("/obj/", StringComparison.Ordinal));
    }
}
