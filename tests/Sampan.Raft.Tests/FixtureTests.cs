using Sampan.Model;
using Sampan.Raft.Tests.Fixture;

namespace Sampan.Raft.Tests;

/// <summary>The fixture itself, on the shortest stories; everything else rests on it.</summary>
public sealed class FixtureTests
{
    [Fact]
    public void ThreeReplicasElectCommitAndApply()
    {
        var cluster = new Cluster(3);
        cluster.Elect(1);
        Assert.Equal(ProposeStatus.Accepted, cluster.Propose(1, "a"));
        cluster.Stabilize();
        RequireAllApplied(cluster, "a");
    }

    [Fact]
    public void TimeAloneElectsALeader()
    {
        var cluster = new Cluster(3);
        cluster.Run(TimeSpan.FromSeconds(3));
        Assert.NotNull(cluster.Leader());
    }

    [Fact]
    public void ACrashKeepsWhatWasWrittenAndNothingElse()
    {
        var cluster = new Cluster(3, new ClusterOptions { ProcessesReady = false });
        cluster.Elect(1);
        cluster.Propose(1, "kept");
        cluster.Stabilize();
        cluster.Propose(1, "lost");
        cluster[1].TakeReady(cluster.ClockOf(1));
        cluster.Crash(1);
        cluster.Restart(1);
        Assert.Equal(2UL, cluster[1].Status.LastIndex);
        Assert.Equal("kept", Assert.Single(cluster[1].AppliedCommands));
    }

    [Fact]
    public void AReplicaThatLagsBehindTheLogIsSentASnapshot()
    {
        var cluster = new Cluster(3);
        cluster.Elect(1);
        cluster.Isolate(3);
        cluster.Propose(1, "a");
        cluster.Propose(1, "b");
        cluster.Stabilize();
        Assert.True(cluster[1].TakeSnapshot());
        Assert.True(cluster[1].Compact(3));
        cluster.Heal();
        cluster.Propose(1, "c");
        cluster.Run(TimeSpan.FromSeconds(3));
        RequireAllApplied(cluster, "a", "b", "c");
        Assert.Equal(3UL, cluster[3].Log.Durable.Base.Index);
    }

    [Fact]
    public void AMemberIsAddedAndRemoved()
    {
        var cluster = new Cluster(3);
        cluster.Elect(1);
        cluster.AddBlank(4);
        Assert.Equal(
            ProposeStatus.Accepted, cluster.ProposeChange(1, MembershipChange.AddVoter(Cluster.MemberOf(4))));
        cluster.Stabilize();
        cluster.Propose(1, "a");
        cluster.Stabilize();
        RequireAllApplied(cluster, "a");
        Assert.Equal(
            ProposeStatus.Accepted, cluster.ProposeChange(1, MembershipChange.Remove(new ReplicaId(2))));
        cluster.Stabilize();
        var configuration = cluster[1].Status.Configuration.Configuration;
        Assert.Equal("voters=(1 3 4)", configuration.ToString());
    }

    [Fact]
    public void AMinorityThatIsCutOffCommitsNothing()
    {
        var cluster = new Cluster(3);
        cluster.Elect(1);
        cluster.Partition(1);
        cluster.Propose(1, "lost");
        cluster.Run(TimeSpan.FromSeconds(5));
        var leader = cluster.Leader();
        Assert.NotNull(leader);
        Assert.NotEqual(1UL, leader.Id.Value);
        cluster.Heal();
        cluster.Propose(leader.Id.Value, "kept");
        cluster.Run(TimeSpan.FromSeconds(1));
        RequireAllApplied(cluster, "kept");
    }

    [Fact]
    public void WhatWasNeverCommittedIsNotHandedOut()
    {
        var cluster = new Cluster(1);
        cluster.Elect(1);
        var failure = Assert.Throws<CheckFailedException>(() => cluster.Checker.Handed(cluster[1], 2));
        Assert.Contains("only what is committed", failure.Message, StringComparison.Ordinal);
    }

    private static void RequireAllApplied(Cluster cluster, params string[] commands)
    {
        foreach (var replica in cluster.Replicas)
        {
            Assert.Equal(commands, replica.AppliedCommands.ToArray());
        }
    }
}
