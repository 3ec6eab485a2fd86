using Sampan.Model;
using Sampan.Raft.Tests.Fixture;

namespace Sampan.Raft.Tests.Random;

/// <summary>
/// Stories in which all replicas are up and connected and still nobody can be elected, each because of a rule that was
/// decided. The random runs skip recovery in exactly these states. Whoever changes such a rule changes its test.
/// </summary>
public sealed class LivenessLimitTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);

    [Fact]
    public void AGroupOfOneThatCrashesBeforeItsSecondVoterHasTheChangeIsStuck()
    {
        // The new voter knows no configuration with it, so it does not vote (A14); the old one needs its vote.
        var cluster = new Cluster(1);
        cluster.Elect(1);
        cluster.AddBlank(2);
        cluster.ProposeChange(1, MembershipChange.AddVoter(Cluster.MemberOf(2)));
        cluster.DropAll();
        cluster.Crash(1);
        cluster.Restart(1);
        cluster.Run(Long);
        Assert.Null(cluster.Leader());
    }

    [Fact]
    public void AReplicaWithoutASnapshotWhoseLogIsTheLongestBlocksTheOther()
    {
        // It votes for nobody whose log is shorter, and does not campaign itself.
        var cluster = new Cluster(2);
        cluster.Elect(1);
        cluster.Propose(1, "a");
        cluster.Stabilize();
        Assert.True(cluster[1].TakeSnapshot());
        Assert.True(cluster[1].Compact(3));
        cluster.Propose(1, "b");
        cluster.DropAll();
        cluster.Crash(1);
        cluster[1].LoseSnapshots();
        cluster.Restart(1, needSnapshotIndex: 2);
        cluster.Run(Long);
        Assert.Null(cluster.Leader());
    }
}
