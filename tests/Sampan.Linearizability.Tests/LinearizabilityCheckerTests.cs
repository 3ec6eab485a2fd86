using Sampan.Base;
using Sampan.Linearizability.Models;

namespace Sampan.Linearizability.Tests;

/// <summary>Purpose: what each kind of end of an operation means for the verdict, and what a "no" tells.</summary>
public sealed class LinearizabilityCheckerTests
{
    [Fact]
    public void An_empty_history_is_linearizable() =>
        Assert.Equal(Verdict.Linearizable, new RegisterHistory().Check().Verdict);

    [Fact]
    public void A_read_concurrent_with_a_write_sees_either_value()
    {
        foreach (var seen in new int?[] { null, 1 })
        {
            var clients = new RegisterHistory();
            var write = clients.Write(0, 1);
            clients.Sees(clients.Read(1), seen);
            clients.Done(write);
            Assert.Equal(Verdict.Linearizable, clients.Check().Verdict);
        }
    }

    [Fact]
    public void A_read_after_a_write_that_returned_sees_it()
    {
        var clients = new RegisterHistory();
        clients.Done(clients.Write(0, 1));
        var stale = clients.Read(1);
        clients.Sees(stale, null);
        var result = clients.Check();
        Assert.Equal(Verdict.NotLinearizable, result.Verdict);
        Assert.Equal(stale, result.Failure!.Unplaced);
        Assert.Equal(["1"], result.Failure.States);
        Assert.Equal([new OperationId(0)], result.Failure.Order);
    }

    [Fact]
    public void A_write_without_an_answer_may_have_happened_late_or_never()
    {
        var clients = new RegisterHistory();
        clients.Write(0, 1);
        clients.Sees(clients.Read(1), null);
        clients.Done(clients.Write(1, 2));
        clients.Sees(clients.Read(1), 2);
        Assert.Equal(Verdict.Linearizable, clients.Check().Verdict);
        clients.Sees(clients.Read(1), 1);
        Assert.Equal(Verdict.Linearizable, clients.Check().Verdict);
        clients.Sees(clients.Read(1), 2);
        Assert.Equal(Verdict.NotLinearizable, clients.Check().Verdict);
    }

    [Fact]
    public void A_write_without_an_answer_is_not_seen_before_it_was_invoked()
    {
        var clients = new RegisterHistory();
        clients.Sees(clients.Read(1), 1);
        clients.Write(0, 1);
        Assert.Equal(Verdict.NotLinearizable, clients.Check().Verdict);
    }

    [Fact]
    public void A_failed_write_is_not_seen()
    {
        var clients = new RegisterHistory();
        clients.History.Fail(clients.Write(0, 1));
        clients.Sees(clients.Read(1), null);
        Assert.Equal(Verdict.Linearizable, clients.Check().Verdict);
        clients.Sees(clients.Read(1), 1);
        Assert.Equal(Verdict.NotLinearizable, clients.Check().Verdict);
    }

    [Fact]
    public void A_refused_swap_is_an_answer()
    {
        var clients = new RegisterHistory();
        clients.Done(clients.Write(0, 1));
        clients.Swapped(clients.Swap(0, expected: 2, 3), isSwapped: false);
        Assert.Equal(Verdict.Linearizable, clients.Check().Verdict);
        clients.Swapped(clients.Swap(0, expected: 1, 3), isSwapped: false);
        Assert.Equal(Verdict.NotLinearizable, clients.Check().Verdict);
    }

    // The write is needed although nobody reads its value: the refused swap needs that there is another one than 1.
    [Fact]
    public void A_write_without_an_answer_explains_a_refused_swap()
    {
        var clients = new RegisterHistory();
        clients.Done(clients.Write(0, 1));
        clients.Write(1, 2);
        clients.Swapped(clients.Swap(0, expected: 1, 3), isSwapped: false);
        Assert.Equal(Verdict.Linearizable, clients.Check().Verdict);
    }

    [Fact]
    public void The_operation_that_does_not_fit_is_the_first_return_that_nothing_explains()
    {
        var clients = new RegisterHistory();
        clients.Done(clients.Write(0, 0));
        var wrong = clients.Read(1);
        var write = clients.Write(2, 4);
        clients.Sees(wrong, 3);
        clients.Done(write);
        clients.Sees(clients.Read(3), 4);
        var failure = clients.Check().Failure!;
        Assert.Equal(wrong, failure.Unplaced);
        Assert.Equal(["0", "4"], failure.States.Order());
        Assert.Equal([new OperationId(0), write], failure.Order);
    }

    [Fact]
    public void Keys_are_judged_by_themselves_and_the_first_bad_one_ends_the_check()
    {
        var history = new History<RegisterInput<int?>, RegisterOutput<int?>>();
        foreach (var key in new[] { "good", "bad", "later" })
        {
            history.Complete(history.Invoke(0, RegisterInput.Write<int?>(1, key)), default);
            var seen = key == "bad" ? 2 : 1;
            history.Complete(
                history.Invoke(0, RegisterInput.Read<int?>(key)), new RegisterOutput<int?> { Value = seen });
        }

        var result = LinearizabilityChecker.Check(new RegisterModel<int?>(), history);
        Assert.Equal(Verdict.NotLinearizable, result.Verdict);
        Assert.Equal("bad", result.Failure!.Key);
        Assert.Equal(new OperationId(3), result.Failure.Unplaced);
        Assert.Equal(
            [("good", Verdict.Linearizable), ("bad", Verdict.NotLinearizable), ("later", Verdict.Unknown)],
            result.Partitions.Select(partition => (partition.Key!, partition.Verdict)));
    }

    [Fact]
    public void A_register_may_start_with_a_value_and_one_may_be_nil()
    {
        var history = new History<RegisterInput<string?>, RegisterOutput<string?>>();
        history.Complete(
            history.Invoke(0, RegisterInput.Read<string?>()), new RegisterOutput<string?> { Value = "a" });
        history.Complete(history.Invoke(0, RegisterInput.Write<string?>(null)), default);
        history.Complete(history.Invoke(0, RegisterInput.Read<string?>()), default);
        Assert.Equal(
            Verdict.Linearizable,
            LinearizabilityChecker.Check(new RegisterModel<string?>("a"), history).Verdict);
    }

    [Fact]
    public void Who_answers_twice_is_told()
    {
        var clients = new RegisterHistory();
        var write = clients.Write(0, 1);
        clients.Done(write);
        Assert.Throws<InvariantViolationException>(() => clients.Done(write));
        Assert.Throws<InvariantViolationException>(() => clients.History.Fail(write));
    }
}
