using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Groups;

namespace Sampan.MultiRaft.Tests.Groups;

/// <summary>
/// Purpose: of what a log and its marks say of configurations nothing is guessed: what is known at the base is used,
/// and what is known only above it begins there (I-30).
/// </summary>
public sealed class RecoveredConfigurationsTests
{
    private static readonly Configuration _initial = Of(1);

    [Fact]
    public void A_whole_log_begins_with_its_bootstrap_mark() =>
        Assert.Equal([0UL, 5], Known(Found(0, lastIndex: 9, configurations: [5])));

    [Fact]
    public void A_mark_around_the_base_knows_what_is_in_force_there() =>
        Assert.Equal([5UL, 15], Known(Found(10, 20, configurations: [15], marks: [(12, 5), (20, 15)])));

    [Fact]
    public void The_initial_configuration_is_in_force_at_a_base_only_if_a_mark_says_so()
    {
        Assert.Equal([0UL, 15], Known(Found(10, 20, configurations: [15], marks: [(12, 0), (20, 15)])));
        Assert.Equal([12UL, 15], Known(Found(10, 20, configurations: [12, 15], marks: [(13, 12), (20, 15)])));
    }

    [Fact]
    public void Where_no_mark_knows_the_base_the_first_known_one_is_the_first_above_it()
    {
        // As after a requested snapshot at 25, which took the place of all older marks.
        Assert.Equal([15UL, 22], Known(Found(10, 30, configurations: [15, 22], marks: [(25, 22)])));
        Assert.Equal([22UL], Known(Found(10, 30, configurations: [22], marks: [(25, 22)])));
    }

    [Fact]
    public void A_mark_below_the_base_or_behind_the_log_says_nothing()
    {
        Assert.Equal([5UL], Known(Found(10, 20, marks: [(8, 3), (12, 5)])));
        Assert.Equal([5UL], Known(Found(10, 20, marks: [(12, 5), (40, 30)])));
        Assert.Equal(12UL, RecoveredConfigurations.CommitOf(Found(10, 20, marks: [(12, 5), (40, 30)])));
    }

    [Fact]
    public void What_a_mark_covers_is_committed_whatever_was_stored()
    {
        var found = Found(10, 30, configurations: [12, 15, 28], marks: [(25, 15)], commit: 13);
        Assert.Equal(25UL, RecoveredConfigurations.CommitOf(found));
        Assert.Equal([12UL, 15, 28], Known(found));
        Assert.True(RecoveredConfigurations.CommittedOf(found)?.SameAs(Of(15)));
    }

    [Fact]
    public void A_bootstrap_mark_alone_commits_nothing() =>
        Assert.Null(RecoveredConfigurations.CommittedOf(Found(0, lastIndex: 9, configurations: [5], commit: 4)));

    [Fact]
    public void A_compacted_log_without_any_mark_is_damage()
    {
        var damage = Assert.Throws<StorageDamagedException>(() => Known(Found(10, 20)));
        Assert.Contains("no snapshot of it was ever marked", damage.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<ulong> Known(RecoveredGroup found) =>
        RecoveredConfigurations.Of(found).Select(entry => entry.Index);

    // The configuration that came with an entry has a voter of that number.
    private static Configuration Of(ulong index) =>
        Configuration.Of([new Member(new ReplicaId(index), new StoreId(index))], []);

    private static RecoveredGroup Found(
        ulong baseIndex,
        ulong lastIndex,
        ulong[]? configurations = null,
        (ulong Last, ulong Configuration)[]? marks = null,
        ulong commit = 0) => new()
        {
            Group = new GroupId(1),
            Replica = new ReplicaId(1),
            Tombstone = ReplicaId.None,
            HardState = new HardState(1, ReplicaId.None, commit),
            Base = new LogId(1, baseIndex),
            TermRuns = [new LogId(1, baseIndex + 1)],
            LastIndex = lastIndex,
            TimeTicks = 0,
            Bootstrap = _initial,
            Configurations =
                [.. (configurations ?? []).Select(index => new ConfigurationEntry(index, Of(index)))],
            Snapshots =
            [
                .. (marks ?? []).Select(mark => new SnapshotMeta(
                    new LogId(1, mark.Last),
                    new ConfigurationEntry(
                        mark.Configuration, mark.Configuration == 0 ? _initial : Of(mark.Configuration)),
                    0)),
            ],
        };
}
