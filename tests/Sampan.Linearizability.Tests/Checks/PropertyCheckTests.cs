using Sampan.Base;
using Sampan.Linearizability.Checks;
using Sampan.Linearizability.Models;
using Sampan.Linearizability.Tests.Transactions;

namespace Sampan.Linearizability.Tests.Checks;

/// <summary>Purpose: the checks of single properties find what they are for, and accuse nobody wrongly.</summary>
public sealed class PropertyCheckTests
{
    private readonly TransactionHistory _clients = new();
    private readonly History<CounterInput, long> _counter = new();
    private readonly History<SetInput, Elements> _set = new();

    [Theory]
    [InlineData("g a 10; g b 0", ConsistencyVerdict.Holds)]
    [InlineData("g a 4; g b 6", ConsistencyVerdict.Holds)]
    [InlineData("g a 4; g b 5", ConsistencyVerdict.Violated)]
    [InlineData("g a 11; g b -1", ConsistencyVerdict.Violated)]
    [InlineData("g a 10; g b", ConsistencyVerdict.Violated)]
    [InlineData("g a 5; g b 5; g c 0", ConsistencyVerdict.Violated)]
    public void Money_is_neither_made_nor_lost(string read, ConsistencyVerdict verdict)
    {
        Assert.Equal(ConsistencyVerdict.Unknown, BankCheck.Check(_clients.History).Verdict);
        _clients.Run("g a 10; g b 0");
        _clients.Run("w a 1; w b 2");
        _clients.Run(read);
        Assert.Equal(verdict, BankCheck.Check(_clients.History).Verdict);
        Assert.Equal(ConsistencyVerdict.Violated, BankCheck.Check(_clients.History, new BankRules(Total: 12)).Verdict);
    }

    [Fact]
    public void An_account_may_be_overdrawn_where_that_is_allowed()
    {
        _clients.Run("g a 11; g b -1");
        Assert.Equal(ConsistencyVerdict.Violated, BankCheck.Check(_clients.History).Verdict);
        Assert.Equal(
            ConsistencyVerdict.Holds, BankCheck.Check(_clients.History, new BankRules(MayBeNegative: true)).Verdict);
    }

    [Theory]
    [InlineData("g x 1; g y; g z", ConsistencyVerdict.Holds)]
    [InlineData("g x 1; g y 1; g z 1", ConsistencyVerdict.Holds)]
    [InlineData("g z; g y 1; g x", ConsistencyVerdict.Violated)]
    [InlineData("g y 1; g x", ConsistencyVerdict.Holds)]
    public void Two_reads_that_each_saw_what_the_other_missed_are_a_fork(string read, ConsistencyVerdict verdict)
    {
        Assert.Equal(ConsistencyVerdict.Unknown, LongForkCheck.Check(_clients.History).Verdict);
        _clients.Run("g x 1; g y; g z");
        _clients.Run(read);
        Assert.Equal(verdict, LongForkCheck.Check(_clients.History).Verdict);
    }

    [Fact]
    public void A_key_with_two_values_cannot_be_judged()
    {
        _clients.Run("g x 1; g y");
        _clients.Run("g x 2; g y");
        Assert.Throws<ArgumentException>(() => LongForkCheck.Check(_clients.History));
    }

    [Theory]
    [InlineData(-1, ConsistencyVerdict.Violated)]
    [InlineData(0, ConsistencyVerdict.Holds)]
    [InlineData(2, ConsistencyVerdict.Holds)]
    [InlineData(7, ConsistencyVerdict.Holds)]
    [InlineData(8, ConsistencyVerdict.Violated)]
    public void A_counter_is_read_between_what_must_and_what_can_be_added(long seen, ConsistencyVerdict verdict)
    {
        _counter.Complete(Add(2), 0);
        Add(1);
        _counter.Fail(Add(100));
        var read = _counter.Invoke(1, new CounterInput(CounterAction.Read));
        var (up, down) = (Add(4), Add(-2));
        _counter.Complete(read, seen);
        _counter.Complete(up, 0);
        _counter.Complete(down, 0);
        Assert.Equal(verdict, CounterCheck.Check(_counter).Verdict);
    }

    [Fact]
    public void A_counter_is_never_accused_wrongly()
    {
        for (var seed = 0; seed < FuzzCount.Or(3_000); seed++)
        {
            var prng = new Prng((ulong)seed);
            var history = RandomObjects.Counter(prng).Make(prng.NextBetween(2, 12), 4);
            var isGood = LinearizabilityChecker.Check(new CounterModel(), history).Verdict == Verdict.Linearizable;
            Assert.True(
                !isGood || CounterCheck.Check(history).Verdict != ConsistencyVerdict.Violated, $"case {seed}");
        }
    }

    [Fact]
    public void An_element_that_the_last_read_misses_is_lost()
    {
        Assert.Equal(ConsistencyVerdict.Unknown, SetCheck.CheckLastRead(_set).Verdict);
        AddElement("a");
        _set.Invoke(0, new SetInput(SetAction.Add, "maybe"));
        ReadElements("a");
        Assert.Equal(ConsistencyVerdict.Holds, SetCheck.CheckLastRead(_set).Verdict);
        ReadElements("maybe");
        Assert.Equal("a was lost", Assert.Single(SetCheck.CheckLastRead(_set).Findings).Text);
        ReadElements("a", "maybe", "stranger");
        Assert.Equal("stranger was never added", Assert.Single(SetCheck.CheckLastRead(_set).Findings).Text);
    }

    [Fact]
    public void An_element_that_vanishes_for_a_while_is_only_missed()
    {
        AddElement("a");
        ReadElements("a");
        ReadElements();
        Assert.Equal("a was lost", Assert.Single(SetCheck.CheckAllReads(_set).Findings).Text);
        ReadElements("a");
        Assert.Equal(ConsistencyVerdict.Holds, SetCheck.CheckAllReads(_set).Verdict);
        Assert.Equal(
            ConsistencyVerdict.Violated, SetCheck.CheckAllReads(_set, mustBeLinearizable: true).Verdict);
    }

    [Fact]
    public void A_read_that_was_under_way_may_miss_an_element()
    {
        var read = _set.Invoke(1, new SetInput(SetAction.Read));
        AddElement("a");
        _set.Complete(read, Elements.Empty);
        Assert.Equal(ConsistencyVerdict.Unknown, SetCheck.CheckAllReads(_set).Verdict);
        ReadElements("a");
        Assert.Equal(
            ConsistencyVerdict.Holds, SetCheck.CheckAllReads(_set, mustBeLinearizable: true).Verdict);
    }

    [Fact]
    public void An_element_twice_or_from_a_failed_addition_is_found()
    {
        AddElement("a");
        _set.Fail(_set.Invoke(0, new SetInput(SetAction.Add, "b")));
        ReadElements("a", "a", "b");
        Assert.Equal(
            ["a is there twice", "b was never added"],
            SetCheck.CheckAllReads(_set).Findings.Select(finding => finding.Text));
    }

    private OperationId Add(long amount) => _counter.Invoke(0, new CounterInput(CounterAction.Add, amount));

    private void AddElement(string element) =>
        _set.Complete(_set.Invoke(0, new SetInput(SetAction.Add, element)), Elements.Empty);

    private void ReadElements(params string[] elements) =>
        _set.Complete(_set.Invoke(2, new SetInput(SetAction.Read)), Elements.InOrder(elements));
}
