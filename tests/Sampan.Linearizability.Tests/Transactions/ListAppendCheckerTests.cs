using Sampan.Linearizability.Transactions;

namespace Sampan.Linearizability.Tests.Transactions;

/// <summary>Purpose: each anomaly is found, with its name and its shortest cycle, and what is none is not.</summary>
public sealed class ListAppendCheckerTests
{
    private readonly TransactionHistory _clients = new();

    [Fact]
    public void A_serial_history_has_no_anomaly()
    {
        _clients.Run("append x 1; append y 1; r x 1");
        _clients.Run("r x 1; append x 2; r x 1 2");
        _clients.Run("r x 1 2; r y 1", process: 1);
        var report = ListAppendChecker.Check(_clients.History);
        Assert.Empty(report.Anomalies);
        Assert.Equal(ConsistencyVerdict.Holds, report.VerdictAt(ConsistencyLevel.StrictSerializable));
    }

    [Fact]
    public void G0_writes_are_interleaved()
    {
        _clients.RunAtOnce("append x 1; append y 1", "append x 2; append y 2", "r x 1 2; r y 2 1");
        Assert.Equal(["G0"], _clients.ListAnomalies());
        AssertVerdicts(ConsistencyLevel.ReadUncommitted);
    }

    [Fact]
    public void G1a_a_failed_append_is_read()
    {
        _clients.History.Fail(_clients.Invoke("append x 1"));
        _clients.Run("r x 1");
        Assert.Equal(["G1a"], _clients.ListAnomalies());
        AssertVerdicts(ConsistencyLevel.ReadCommitted);
    }

    [Fact]
    public void G1b_a_state_in_the_middle_of_a_transaction_is_read()
    {
        _clients.RunAtOnce("append x 1; append x 2", "r x 1");
        Assert.Contains("G1b", _clients.ListAnomalies());
        AssertVerdicts(ConsistencyLevel.ReadCommitted);
    }

    [Fact]
    public void G1c_two_transactions_see_each_other()
    {
        _clients.RunAtOnce("append x 1; r y 1", "append y 1; r x 1");
        Assert.Equal(["G1c"], _clients.ListAnomalies());
        AssertVerdicts(ConsistencyLevel.ReadCommitted);
    }

    [Fact]
    public void G_single_a_read_skew()
    {
        _clients.RunAtOnce("append x 1; append y 1", "r x; r y 1");
        Assert.Equal(["G-single"], _clients.ListAnomalies());
        AssertVerdicts(ConsistencyLevel.SnapshotIsolation);
    }

    [Fact]
    public void G_nonadjacent_a_long_fork()
    {
        _clients.RunAtOnce("append x 1", "append y 1", "r x 1; r y", "r x; r y 1");
        Assert.Equal(["G-nonadjacent"], _clients.ListAnomalies());
        AssertVerdicts(ConsistencyLevel.SnapshotIsolation);
    }

    [Fact]
    public void G2_a_write_skew_that_nobody_reads()
    {
        _clients.RunAtOnce("r x; append y 1", "r y; append x 1");
        Assert.Equal(["G2"], _clients.ListAnomalies());
        AssertVerdicts(ConsistencyLevel.Serializable);
        var anomaly = ListAppendChecker.Check(_clients.History).Anomalies[0];
        Assert.Equal(
            [DependencyKind.ReadWrite, DependencyKind.ReadWrite], anomaly.Cycle.Select(dependency => dependency.Kind));
        Assert.Contains("#0 did not see 1 of x, which #1 wrote", anomaly.Description, StringComparison.Ordinal);
        Assert.Contains("#1 did not see 1 of y, which #0 wrote", anomaly.Description, StringComparison.Ordinal);
        Assert.Contains("#0 (process 100): [r x [], append y 1]", anomaly.Description, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stale_read_breaks_real_time_only()
    {
        _clients.Run("append x 1", process: 0);
        _clients.Run("r x", process: 1);
        Assert.Equal(["G-single-realtime"], _clients.ListAnomalies());
        AssertVerdicts(ConsistencyLevel.StrictSerializable);
    }

    [Fact]
    public void A_process_that_does_not_see_its_own_append_breaks_its_session()
    {
        _clients.Run("append x 1", process: 3);
        _clients.Run("r x", process: 3);
        Assert.Equal(["G-single-process"], _clients.ListAnomalies());
        AssertVerdicts(ConsistencyLevel.StrongSessionSerializable);
    }

    [Fact]
    public void Appends_against_real_time_are_a_G0_in_real_time()
    {
        _clients.Run("append x 1", process: 0);
        _clients.Run("append x 2", process: 1);
        _clients.Run("r x 2 1", process: 2);
        Assert.Equal(["G0-realtime"], _clients.ListAnomalies());
        AssertVerdicts(ConsistencyLevel.StrictSerializable);
    }

    [Fact]
    public void Reads_of_which_none_is_the_beginning_of_the_other_are_incompatible()
    {
        _clients.RunAtOnce("append x 1", "append x 2", "r x 1 2", "r x 2 1");
        Assert.Contains("incompatible-order", _clients.ListAnomalies());
        AssertVerdicts(ConsistencyLevel.ReadCommitted);
    }

    [Theory]
    [InlineData("append x 1; r x")]
    [InlineData("r x; append x 1; r x 1; r x")]
    [InlineData("r x 1; append x 1")]
    public void A_transaction_that_contradicts_itself_is_internal(string steps)
    {
        _clients.Run(steps);
        Assert.Contains("internal", _clients.ListAnomalies());
        AssertVerdicts(ConsistencyLevel.SnapshotIsolation);
    }

    [Fact]
    public void Elements_out_of_nowhere_and_twice_are_found()
    {
        _clients.Run("append x 1");
        _clients.Run("r x 1 7 1");
        Assert.Equal(["garbage-read", "duplicate-element"], _clients.ListAnomalies());
        AssertVerdicts(ConsistencyLevel.ReadUncommitted);
    }

    [Fact]
    public void What_has_no_answer_counts_if_it_was_seen()
    {
        var pending = _clients.Invoke("append x 1; append y 1", process: 9);
        _clients.RunAtOnce("r x 1; r y", "r x; r y");
        Assert.Contains("G-single", _clients.ListAnomalies());
        Assert.Equal(new OperationId(0), pending);
    }

    [Fact]
    public void What_has_no_answer_and_was_not_seen_does_not_count()
    {
        _clients.Invoke("append x 1", process: 9);
        _clients.Run("r x");
        _clients.Run("r x", process: 1);
        Assert.Empty(_clients.ListAnomalies());
    }

    [Fact]
    public void Of_a_long_cycle_the_shortest_is_shown()
    {
        // A ring of ten, with a chord that leaves a ring of two.
        _clients.RunAtOnce(
            [
                .. Enumerable.Range(0, 10)
                    .Select(i => $"append k{i} 1; r k{(i + 9) % 10} 1{(i == 3 ? "; r k4 1" : "")}"),
            ]);
        var anomaly = Assert.Single(ListAppendChecker.Check(_clients.History).Anomalies);
        Assert.Equal("G1c", anomaly.Name);
        Assert.Equal(2, anomaly.Cycle.Count);
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(anomaly.Cycle[i].To, anomaly.Cycle[(i + 1) % 2].From);
        }
    }

    [Fact]
    public void An_element_that_is_appended_twice_is_an_error_of_the_workload()
    {
        _clients.Run("append x 1");
        _clients.Run("append x 1");
        Assert.Throws<ArgumentException>(() => ListAppendChecker.Check(_clients.History));
    }

    [Fact]
    public void Beyond_the_bound_on_dependencies_nothing_holds_any_more()
    {
        for (var i = 0; i < 10; i++)
        {
            _clients.Run($"append x {i}");
        }

        var report = ListAppendChecker.Check(_clients.History, new TransactionCheckOptions { DependenciesMax = 5 });
        Assert.False(report.IsComplete);
        Assert.Equal(ConsistencyVerdict.Unknown, report.VerdictAt(ConsistencyLevel.ReadUncommitted));
    }

    [Fact]
    public void Without_steps_for_cycles_they_are_still_found()
    {
        _clients.RunAtOnce("r x; append y 1", "r y; append x 1", "r z; append w 1", "r w; append z 1");
        var report = ListAppendChecker.Check(_clients.History, new TransactionCheckOptions { CycleStepsMax = 1 });
        Assert.Equal(2, report.AnomalyCount);
        Assert.False(report.AreCyclesExact);
        Assert.Equal(ConsistencyVerdict.Violated, report.VerdictAt(ConsistencyLevel.Serializable));
        Assert.Equal(ConsistencyVerdict.Unknown, report.VerdictAt(ConsistencyLevel.ReadCommitted));
    }

    // Violated from that level on, and no sooner.
    private void AssertVerdicts(ConsistencyLevel from)
    {
        var report = ListAppendChecker.Check(_clients.History);
        foreach (var level in Enum.GetValues<ConsistencyLevel>())
        {
            Assert.Equal(
                level < from ? ConsistencyVerdict.Holds : ConsistencyVerdict.Violated, report.VerdictAt(level));
        }
    }
}
