using Sampan.Linearizability.Transactions;

namespace Sampan.Linearizability.Tests.Transactions;

/// <summary>Purpose: what registers can tell is found.</summary>
public sealed class RegisterTransactionCheckerTests
{
    private readonly TransactionHistory _clients = new();

    [Fact]
    public void A_serial_history_has_no_anomaly()
    {
        _clients.Run("g x; w x 1; g x 1");
        _clients.Run("g x 1; w x 2; w y 1");
        _clients.Run("g x 2; g y 1", process: 1);
        Assert.Empty(_clients.RegisterAnomalies());
    }

    [Theory]
    [InlineData("G1c", "w x 1; g y 1", "w y 1; g x 1")]
    [InlineData("G-single", "w x 1; w y 1", "g x; g y 1")]
    [InlineData("G2", "g x; w y 1", "g y; w x 1")]
    [InlineData("G-nonadjacent", "w x 1", "w y 1", "g x 1; g y", "g x; g y 1")]
    [InlineData("internal", "w x 1; g x")]
    [InlineData("internal", "g x; g x 1", "w x 1")]
    [InlineData("garbage-read", "g x 1")]
    [InlineData("G1b", "w x 1; w x 2", "g x 1")]
    public void An_anomaly_is_found(string name, params string[] transactions)
    {
        _clients.RunAtOnce(transactions);
        Assert.Contains(name, _clients.RegisterAnomalies());
    }

    [Fact]
    public void A_lost_update_is_a_G_single()
    {
        _clients.Run("w x 1");
        _clients.RunAtOnce("g x 1; w x 2", "g x 1; w x 3");
        Assert.Contains("G-single", _clients.RegisterAnomalies());
        var report = RegisterTransactionChecker.Check(_clients.History);
        Assert.Equal(ConsistencyVerdict.Violated, report.VerdictAt(ConsistencyLevel.SnapshotIsolation));
    }

    [Fact]
    public void A_failed_write_that_is_read_is_a_G1a()
    {
        _clients.History.Fail(_clients.Invoke("w x 1"));
        _clients.Run("g x 1");
        Assert.Equal(["G1a"], _clients.RegisterAnomalies());
    }

    [Fact]
    public void A_stale_read_breaks_real_time_only()
    {
        _clients.Run("w x 1", process: 0);
        _clients.Run("g x", process: 1);
        Assert.Equal(["G-single-realtime"], _clients.RegisterAnomalies());
    }
}
