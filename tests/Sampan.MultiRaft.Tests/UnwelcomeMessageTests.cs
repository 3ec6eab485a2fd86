using System.Text;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Tests.Fixture;

namespace Sampan.MultiRaft.Tests;

/// <summary>
/// Purpose: what arrives from whoever is no member is not heard (I-37), what no honest member sends ends its stream and
/// nothing else (I-39), and no entry gets into a log that could not be applied (I-38).
/// </summary>
public sealed class UnwelcomeMessageTests
{
    /// <summary>Kinds of messages, each of a term that would depose the leader.</summary>
    public static TheoryData<MessageKind> Kinds => [.. Enum.GetValues<MessageKind>()];

    /// <summary>It is named by nobody here, accepted or not: whatever it says in the group, nobody hears it.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Nobody_hears_a_store_that_bears_no_member(MessageKind kind)
    {
        var cluster = new HostCluster(4);
        cluster.CreateOn(1, 1, 2, 3);
        cluster.Propose(cluster[1], 1, "kept");
        cluster.Settle();
        var before = StatusOf(cluster);
        StoreConnection[] strangers =
        [
            new(new StoreId(9), new BootId(9), 1), new(new StoreId(4), new BootId((4UL << 32) | 1), (4UL << 32) | 1),
        ];
        foreach (var stranger in strangers)
        {
            for (var to = 1UL; to <= 3; to++)
            {
                cluster.Network.Arrive(stranger, new StoreId(to), StoreMessage.Of(new Message
                {
                    Kind = kind,
                    Group = new GroupId(1),
                    From = new ReplicaId(stranger.Store.Value),
                    To = new ReplicaId(to),
                    Term = 99,
                    Index = 7,
                    LogTerm = 98,
                    Entries = kind == MessageKind.Append ? [Command(99, 8)] : [],
                    Configuration = Voters(9),
                }));
            }
        }

        cluster.Settle();
        Assert.Equal(before, StatusOf(cluster));
        cluster.Propose(cluster[2], 1, "after");
    }

    [Fact]
    public void A_stranger_makes_no_replica()
    {
        var cluster = new HostCluster(1);
        cluster.Network.Arrive(
            new StoreConnection(new StoreId(9), new BootId(9), 1),
            new StoreId(1),
            StoreMessage.Of(Heartbeat(from: 9, to: 1, term: 1)));
        cluster.Settle();
        Assert.Empty(cluster[1].Host.List());
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(7, 0)]
    public void No_replica_is_made_of_no_group(ulong group, ulong replica)
    {
        var cluster = new HostCluster(2);
        cluster.Create(1);
        cluster.Network.Arrive(new StoreId(2), new StoreId(1), StoreMessage.Of(new Message
        {
            Kind = MessageKind.Heartbeat,
            Group = new GroupId(group),
            From = new ReplicaId(2),
            To = new ReplicaId(replica),
            Term = 1,
        }));
        var (_, reason) = Assert.Single(cluster[1].Transport.Expelled);
        Assert.Contains("no group or replica", reason, StringComparison.Ordinal);
        cluster.Settle();
        Assert.Single(cluster[1].Host.List());
    }

    [Fact]
    public void A_proposal_of_a_store_that_bears_no_member_is_refused()
    {
        var cluster = new HostCluster(4);
        cluster.CreateOn(1, 1, 2, 3);
        var leader = cluster.Leader(1)!; // CreateOn waits for it.
        var answers = new List<ForwardedProposal>();
        cluster.Network.Tap = (to, message) =>
        {
            if (to == new StoreId(4) && message.Forward is not null)
            {
                answers.Add(message.Forward);
            }

            return message;
        };
        var origin = new Origin(new StoreId(4), new BootId((4UL << 32) | 1), 1);
        cluster.Network.Arrive(new StoreId(4), leader.Store, Forward(leader, origin, "evil"));
        cluster.Settle();
        Assert.Equal(RaftErrorCode.Unavailable, Assert.Single(answers).Refused);
        Assert.Empty(leader.Commands(1));
    }

    [Fact]
    public void Only_the_store_that_was_asked_answers_a_proposal()
    {
        var cluster = new HostCluster(3);
        cluster.Create(1);
        var leader = cluster.Leader(1)!; // Create waits for it.
        var (door, other) = (Other(cluster, leader, 1), Other(cluster, leader, 2));
        var task = door.Group(1).ProposeAsync("x"u8.ToArray(), CancellationToken.None).AsTask();
        ForwardedProposal? sent = null;
        cluster.Network.Tap = (to, message) =>
        {
            sent = to == leader.Store && message.Forward is { } forward ? forward : sent;
            return message;
        };
        door.Runner.RunDue();
        Assert.NotNull(sent);
        cluster.Network.Arrive(other.Store, door.Store, StoreMessage.Of(sent.Refuse(RaftErrorCode.Busy)));
        cluster.RunUntil(() => task.IsCompleted);
        Assert.True(task.IsCompletedSuccessfully);
    }

    [Fact]
    public void A_proposal_above_the_bound_of_the_leader_is_refused_by_it()
    {
        var cluster = new HostCluster(
            3, options => options with { CommandBytesMax = options.Store.Value == 1 ? 1000 : 100 });
        cluster.CreateOn(1, 1, 2, 3);
        Transfer(cluster, cluster.Leader(1)!, cluster[2]); // CreateOn waits for it.
        var failure = Assert.Throws<RaftException>(() => cluster.Propose(cluster[1], 1, new string('x', 500)));
        Assert.Equal((RaftErrorCode.TooLarge, RequestOutcome.NotApplied), (failure.Code, failure.Outcome));
        // A leader with the higher bound is followed all the same.
        Transfer(cluster, cluster[2], cluster[1]);
        cluster.Propose(cluster[1], 1, new string('x', 500));
        cluster.RunUntil(() => cluster[3].Commands(1).Count == 1);
    }

    /// <summary>Each of these stopped its store, some of them at every start that followed.</summary>
    [Fact]
    public void What_no_member_could_have_sent_ends_its_stream_and_nothing_else()
    {
        var cluster = new HostCluster(3);
        cluster.Create(1);
        cluster.Propose(cluster[1], 1, "kept");
        cluster.Settle();
        var leader = cluster.Leader(1)!; // Create waits for it.
        var (victim, sender) = (Other(cluster, leader, 1), Other(cluster, leader, 2));
        var (term, last) = (victim.Group(1).Status.Term, victim.Group(1).Status.LastIndex);
        var expelled = 0;
        foreach (var message in Impossible(victim, sender, leader, term, last))
        {
            cluster.Network.Arrive(sender.Store, victim.Store, message);
            cluster.Settle();
            Assert.Equal(++expelled, victim.Transport.Expelled.Count);
            Assert.Equal(sender.Store, victim.Transport.Expelled[^1].From.Store);
        }

        var usurping = Append(victim, leader, term, new LogId(term, last));
        cluster.Network.Arrive(victim.Store, leader.Store, StoreMessage.Of(usurping));
        cluster.Settle();
        Assert.Contains("leads in term", Assert.Single(leader.Transport.Expelled).Reason, StringComparison.Ordinal);

        // Streams are opened again, and all goes on; nothing of it is on the disk.
        cluster.Run(TimeSpan.FromMilliseconds(100));
        cluster.Propose(victim, 1, "after");
        victim.Stop();
        victim.Start();
        cluster.RunUntil(() => victim.Commands(1).Count == 2);
        Assert.Equal(["kept", "after"], victim.Commands(1));
    }

    [Fact]
    public void An_entry_that_no_log_has_room_for_is_refused()
    {
        var cluster = new HostCluster(2);
        cluster.Create(1);
        var leader = cluster.Leader(1)!; // Create waits for it.
        var victim = Other(cluster, leader, 1, count: 2);
        var (term, last) = (victim.Group(1).Status.Term, victim.Group(1).Status.LastIndex);
        victim.Log.BatchBytesMax = 1000;
        var large = new Entry(EntryKind.Command, term, last + 1, 0, new byte[1001]);
        cluster.Network.Arrive(
            leader.Store, victim.Store, StoreMessage.Of(Append(leader, victim, term, new LogId(term, last), large)));
        Assert.Contains("room", Assert.Single(victim.Transport.Expelled).Reason, StringComparison.Ordinal);
    }

    private static IEnumerable<StoreMessage> Impossible(
        HostUnderTest to, HostUnderTest from, HostUnderTest leader, ulong term, ulong last)
    {
        var end = new LogId(term, last);
        var next = term + 1;
        yield return StoreMessage.Of(Append(from, to, term, end));
        yield return StoreMessage.Of(Append(from, to, next, new LogId(term + 9, 1)));
        yield return StoreMessage.Of(Append(from, to, next, LogId.Zero, Command(next, 1)));
        yield return StoreMessage.Of(Append(from, to, next, end, Made(EntryKind.Command, next, last + 1, 23)));
        yield return StoreMessage.Of(Append(from, to, next, end, Made(EntryKind.Empty, next, last + 1, 1)));
        yield return StoreMessage.Of(Append(from, to, next, end, Made((EntryKind)7, next, last + 1, 99)));
        yield return StoreMessage.Of(Append(from, to, next, end, Membership(next, last + 1, new byte[30])));
        yield return StoreMessage.Of(Append(
            from, to, next, end, Membership(next, last + 1, ConfigurationCodec.Encode(Configuration.Empty))));
        yield return StoreMessage.Of(Append(from, to, next, end, Command(next, last + 2)));
        yield return StoreMessage.Of(Append(from, to, next, end, Command(next, last + 1), Command(term, last + 2)));
        yield return StoreMessage.Of(Heartbeat(from.Store.Value, to.Store.Value, next, commit: last + 1));
        yield return StoreMessage.Of(Heartbeat(from.Store.Value, to.Store.Value, ulong.MaxValue));
        yield return StoreMessage.Of(new Message
        {
            Kind = MessageKind.Snapshot,
            Group = new GroupId(1),
            From = new ReplicaId(from.Store.Value),
            To = new ReplicaId(to.Store.Value),
            Term = next,
            Snapshot = new SnapshotMeta(new LogId(term, 99), new ConfigurationEntry(1, Voters(1, 2, 3)), 0),
        });
        yield return StoreMessage.Of(new Message
        {
            Kind = MessageKind.Removed,
            Group = new GroupId(1),
            From = new ReplicaId(from.Store.Value),
            To = new ReplicaId(to.Store.Value),
            Term = term,
        });
        yield return Forward(to, new Origin(leader.Store, new BootId(1), 1), "x");
        yield return StoreMessage.Of(new SnapshotFrame
        {
            Kind = SnapshotFrameKind.Offer,
            Group = new GroupId(1),
            Transfer = 1,
            Message = Heartbeat(from.Store.Value, to.Store.Value, next),
        });
    }

    private static Entry Command(ulong term, ulong index) => new(EntryKind.Command, term, index, 0, new byte[24]);

    private static Entry Made(EntryKind kind, ulong term, ulong index, int bytes) =>
        new(kind, term, index, 0, new byte[bytes]);

    private static Entry Membership(ulong term, ulong index, byte[] bytes) =>
        new(EntryKind.Configuration, term, index, 0, bytes);

    private static Message Append(
        HostUnderTest from, HostUnderTest to, ulong term, LogId previous, params Entry[] entries) => new()
        {
            Kind = MessageKind.Append,
            Group = new GroupId(1),
            From = new ReplicaId(from.Store.Value),
            To = new ReplicaId(to.Store.Value),
            Term = term,
            Index = previous.Index,
            LogTerm = previous.Term,
            Entries = entries,
        };

    private static Message Heartbeat(ulong from, ulong to, ulong term, ulong commit = 0) => new()
    {
        Kind = MessageKind.Heartbeat,
        Group = new GroupId(1),
        From = new ReplicaId(from),
        To = new ReplicaId(to),
        Term = term,
        Commit = commit,
    };

    private static StoreMessage Forward(HostUnderTest to, Origin origin, string command) =>
        StoreMessage.Of(new ForwardedProposal
        {
            Group = new GroupId(1),
            Replica = new ReplicaId(to.Store.Value),
            Origin = origin,
            Command = Encoding.UTF8.GetBytes(command),
        });

    private static Configuration Voters(params ulong[] stores) =>
        Configuration.Of(stores.Select(id => new Member(new ReplicaId(id), new StoreId(id))), []);

    private static string StatusOf(HostCluster cluster) => string.Join(
        '\n',
        Enumerable.Range(1, 3).Select(i => cluster[i].Group(1).Status).Select(status =>
            $"{status.Replica} {status.Term} {status.Leader} {status.LastIndex} {status.CommitIndex}{status.Failure}"));

    private static HostUnderTest Other(HostCluster cluster, HostUnderTest than, int which, int count = 3) =>
        cluster[1 + (((int)than.Store.Value - 1 + which) % count)];

    private static void Transfer(HostCluster cluster, HostUnderTest from, HostUnderTest to)
    {
        if (from == to)
        {
            return;
        }

        var task = from.Group(1)
            .TransferLeadershipAsync(new ReplicaId(to.Store.Value), CancellationToken.None).AsTask();
        cluster.RunUntil(() => task.IsCompleted && cluster.Leader(1) == to);
    }
}
