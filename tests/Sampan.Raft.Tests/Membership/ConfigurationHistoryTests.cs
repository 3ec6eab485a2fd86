using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Membership;
using Sampan.Raft.Tests.Fixture;

namespace Sampan.Raft.Tests.Membership;

/// <summary>
/// Purpose: the configuration in force at an index is the newest of the log at or below it, through appends, rollbacks
/// (C4), compaction and snapshots.
/// </summary>
public sealed class ConfigurationHistoryTests
{
    [Fact]
    public void History_says_what_a_list_of_all_configurations_says()
    {
        var prng = new Prng(9);
        for (var round = 0; round < 3_000; round++)
        {
            Play(prng, steps: 25);
        }
    }

    [Fact]
    public void A_rollback_uncovers_the_configuration_before_C4()
    {
        var history = new ConfigurationHistory([At(0)]);
        history.Append(At(5));
        history.Append(At(8));
        Assert.True(history.TruncateFrom(6));
        Assert.Equal(5UL, history.Newest.Index);
        Assert.False(history.TruncateFrom(6));
        Assert.True(history.TruncateFrom(5));
        Assert.Equal(0UL, history.Newest.Index);
    }

    [Fact]
    public void Membership_is_remembered_over_the_whole_history()
    {
        var history = new ConfigurationHistory([At(0)]);
        history.Append(At(5));
        Assert.True(history.EverContained(new ReplicaId(105)));
        Assert.True(history.EverContained(new ReplicaId(100)));
        Assert.False(history.EverContained(new ReplicaId(104)));
    }

    private static void Play(Prng prng, int steps)
    {
        var start = At(prng.NextBelow(3UL));
        var history = new ConfigurationHistory([start]);
        var twin = new List<ConfigurationEntry> { start };
        var floor = start.Index;
        for (var step = 0; step < steps; step++)
        {
            switch (prng.NextBelow(8))
            {
                case 0:
                    var cut = floor + 1 + prng.NextBelow(20UL);
                    var changes = twin[^1].Index >= cut;
                    twin.RemoveAll(entry => entry.Index >= cut);
                    Assert.Equal(changes, history.TruncateFrom(cut));
                    break;
                case 1:
                    floor = Math.Max(floor, prng.NextBelow(twin[^1].Index + 3));
                    history.CompactTo(floor);
                    twin.RemoveAll(entry => entry.Index < twin.Last(kept => kept.Index <= floor).Index);
                    break;
                case 2 when prng.Chance(1, 4):
                    var snapshot = At(twin[^1].Index + prng.NextBelow(3UL));
                    floor = snapshot.Index + prng.NextBelow(3UL);
                    history.Replace(snapshot);
                    twin = [snapshot];
                    break;
                default:
                    var next = At(Math.Max(twin[^1].Index, floor) + 1 + prng.NextBelow(4UL));
                    history.Append(next);
                    twin.Add(next);
                    break;
            }

            Assert.Equal(twin, history.Entries);
            Assert.Equal(twin[^1], history.Newest);
            for (var index = floor; index < twin[^1].Index + 3; index++)
            {
                Assert.Equal(twin.Last(entry => entry.Index <= index), history.At(index));
            }
        }
    }

    private static ConfigurationEntry At(ulong index) => new(index, Cluster.ConfigurationOf([1, 2, 100 + index]));
}
