using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Tests.Fixture;

namespace Sampan.MultiRaft.Tests;

/// <summary>
/// Purpose: the election timeout that a store has promised others outlives its restarts, and one that cannot work is
/// refused before anything runs.
/// </summary>
public sealed class ElectionTimeoutTests
{
    private static readonly TimeSpan _long = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _short = TimeSpan.FromSeconds(1);

    [Fact]
    public void A_shorter_timeout_is_recorded_only_when_the_former_silence_is_over()
    {
        var timeout = _long;
        var cluster = new HostCluster(1, options => options with { ElectionTimeout = timeout });
        cluster.Create(1);
        timeout = _short;
        for (var life = 0; life < 5; life++)
        {
            // Each life ends before a silence of ten seconds would be over: none of them may be the last that keeps it.
            Restart(cluster[1]);
            cluster.Run(TimeSpan.FromSeconds(3));
            Assert.Equal(_long, Recorded(cluster[1]));
        }

        Restart(cluster[1]);
        cluster.Run(_long - _short);
        Assert.Equal(_long, Recorded(cluster[1]));
        cluster.Run(_short + _short);
        Assert.Equal(_short, Recorded(cluster[1]));
    }

    [Fact]
    public void A_longer_timeout_is_recorded_before_anything_runs()
    {
        var timeout = _short;
        var cluster = new HostCluster(1, options => options with { ElectionTimeout = timeout });
        // Its workers have never been called.
        Assert.Equal(_short, Recorded(cluster[1]));
        cluster.Create(1);
        timeout = _long;
        Restart(cluster[1]);
        Assert.Equal(_long, Recorded(cluster[1]));
        var batches = cluster[1].Log.Batches;
        Restart(cluster[1]);
        Assert.Equal(batches, cluster[1].Log.Batches);
    }

    [Theory]
    [InlineData(200, 100, 10, "ElectionRoundTrip")]
    [InlineData(1000, 501, 10, "HeartbeatInterval")]
    [InlineData(1000, 0, 10, "HeartbeatInterval")]
    [InlineData(1000, 100, 50, "ElectionRoundTrip")]
    [InlineData(0, 100, 10, "ElectionTimeout")]
    public void Times_that_contradict_each_other_build_no_store(
        int timeout, int heartbeat, int roundTrip, string named)
    {
        var refusal = Assert.Throws<ArgumentException>(() => new HostCluster(1, options => options with
        {
            ElectionTimeout = TimeSpan.FromMilliseconds(timeout),
            HeartbeatInterval = TimeSpan.FromMilliseconds(heartbeat),
            ElectionRoundTrip = TimeSpan.FromMilliseconds(roundTrip),
        }));
        Assert.Equal(named, refusal.ParamName);
    }

    private static TimeSpan Recorded(HostUnderTest store) => store.Log.Recover().Records
        .Single(record => record.Kind == StoreRecordKind.ElectionTimeout).ElectionTimeout;

    private static void Restart(HostUnderTest store)
    {
        store.Stop();
        store.Start();
    }
}
