using Sampan.Base;
using Sampan.Linearizability.Models;
using Xunit.Abstractions;

namespace Sampan.Linearizability.Tests;

/// <summary>Purpose: revisions give the order, what has no answer is fitted in, and contradictions are found.</summary>
public sealed class RevisionedKvCheckerTests(ITestOutputHelper output)
{
    private readonly History<RevisionedInput, RevisionedOutput> _history = new();

    [Fact]
    public void Changes_in_the_order_of_their_revisions_are_good()
    {
        var first = Put("a", "1");
        var second = Put("a", "2");
        Changed(first, revision: 2);
        Changed(second, revision: 1);
        Saw(Get("a"), "1", modRevision: 2, revision: 2);
        Assert.Equal(Verdict.Linearizable, Check());
    }

    [Fact]
    public void A_later_change_with_an_earlier_revision_is_found_on_another_key_too()
    {
        Changed(Put("a", "1"), revision: 2);
        Changed(Put("b", "2"), revision: 1);
        Assert.Equal(Verdict.NotLinearizable, Check());
    }

    [Fact]
    public void A_read_from_an_earlier_revision_of_the_store_is_stale_even_where_its_key_is_the_same()
    {
        Changed(Put("a", "1"), revision: 1);
        Changed(Put("b", "2"), revision: 2);
        Saw(Get("a"), "1", modRevision: 1, revision: 1);
        Assert.Equal(Verdict.NotLinearizable, Check());
    }

    [Fact]
    public void A_change_without_an_answer_takes_the_revision_that_is_missing()
    {
        Put("a", "1");
        Changed(Put("a", "2"), revision: 2);
        Assert.Equal(Verdict.Linearizable, Check());
        Changed(Put("a", "3"), revision: 4);
        Assert.Equal(Verdict.NotLinearizable, Check());
        Assert.Equal(Verdict.Linearizable, Check(new RevisionedRules(MayHaveGaps: true)));
    }

    [Fact]
    public void A_revision_of_a_change_without_an_answer_is_the_same_for_all_readers()
    {
        Put("a", "1");
        Saw(Get("a"), "1", modRevision: 1, revision: 1);
        Changed(Put("b", "2"), revision: 2);
        Saw(Get("a"), "1", modRevision: 1, revision: 2);
        Assert.Equal(Verdict.Linearizable, Check());
        Saw(Get("a"), "1", modRevision: 2, revision: 2);
        Assert.Equal(Verdict.NotLinearizable, Check());
    }

    [Fact]
    public void A_store_that_starts_at_one_gives_two_to_its_first_change()
    {
        Changed(Put("a", "1"), revision: 2);
        Assert.Equal(Verdict.Linearizable, Check(new RevisionedRules(InitialRevision: 1)));
        Assert.Equal(Verdict.NotLinearizable, Check());
    }

    // Never too strict. Where several changes have no answer, the checker looks at each key alone and may miss that
    // they would need the same revision; how often is printed, and bounded.
    [Fact]
    public void Random_histories_get_the_verdict_of_the_definition_or_in_rare_cases_a_milder_one()
    {
        var (good, mild, count) = (0, 0, FuzzCount.Or(10_000));
        for (var seed = 0; seed < count; seed++)
        {
            var prng = new Prng((ulong)seed);
            var history = RandomObjects.Revisions(prng).Make(prng.NextBetween(2, 7), 4);
            var isGood = NaiveChecker.IsLinearizable(_ => RevisionedStore.Empty, new RevisionedStoreModel(), history);
            var verdict = RevisionedKvChecker.Check(history).Verdict;
            Assert.NotEqual(Verdict.Unknown, verdict);
            Assert.True(
                !isGood || verdict == Verdict.Linearizable, $"case {seed}: {verdict}\n{string.Join('\n', history)}");
            good += isGood ? 1 : 0;
            mild += !isGood && verdict == Verdict.Linearizable ? 1 : 0;
        }

        output.WriteLine($"{count} histories, {good} of them linearizable, {mild} more taken to be");
        Assert.InRange(good, count / 10, count - (count / 10));
        Assert.InRange(mild, 0, count / 50);
    }

    [Fact]
    public void Random_histories_in_which_everything_is_answered_get_the_verdict_of_the_definition()
    {
        var count = FuzzCount.Or(5_000);
        for (var seed = 0; seed < count; seed++)
        {
            var prng = new Prng((ulong)seed);
            var draw = RandomObjects.Revisions(prng);
            var complete = new RandomHistory<RevisionedStore, RevisionedInput, RevisionedOutput>
            {
                Prng = prng,
                Initial = draw.Initial,
                Draw = draw.Draw,
                Apply = draw.Apply,
                Lie = draw.Lie,
                LiesInHundred = 10,
                LossesInHundred = 0,
            };
            var history = complete.Make(prng.NextBetween(2, 7), 4);
            var isGood = NaiveChecker.IsLinearizable(_ => RevisionedStore.Empty, new RevisionedStoreModel(), history);
            Assert.True(
                RevisionedKvChecker.Check(history).Verdict
                    == (isGood ? Verdict.Linearizable : Verdict.NotLinearizable),
                $"case {seed}\n{string.Join('\n', history)}");
        }
    }

    private Verdict Check(RevisionedRules rules = default) => RevisionedKvChecker.Check(_history, rules).Verdict;

    private OperationId Put(string key, string value) =>
        _history.Invoke(0, new RevisionedInput { Action = RevisionedAction.Put, Key = key, Value = value });

    private OperationId Get(string key) =>
        _history.Invoke(1, new RevisionedInput { Action = RevisionedAction.Get, Key = key });

    private void Changed(OperationId id, long revision) =>
        _history.Complete(id, new RevisionedOutput { Revision = revision, HasChanged = true });

    private void Saw(OperationId id, string value, long modRevision, long revision) =>
        _history.Complete(
            id, new RevisionedOutput { Revision = revision, Value = value, ModRevision = modRevision });
}
