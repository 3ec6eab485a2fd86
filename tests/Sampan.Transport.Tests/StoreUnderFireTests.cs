using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Transport.Tests;

/// <summary>
/// Purpose: whatever a member sends, damaged, out of place or out of its mind, the store that hears it goes on, and
/// comes up again from what it has written (I-38, I-39).
/// </summary>
public sealed class StoreUnderFireTests : IDisposable
{
    private readonly string _path = Path.Combine(Directory.CreateTempSubdirectory("sampan-fire-").FullName, "data");
    private ulong _boot;

    /// <summary>Removes what was written.</summary>
    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_path) ?? _path, recursive: true);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_store_goes_on_whatever_a_member_sends_it(ulong seed)
    {
        var prng = new Prng(seed);
        using (var store = new TestStore(_path))
        {
            await store.CreateAsync();
            await store.WriteAsync();
            for (var round = 0; round < 4; round++)
            {
                for (var session = 0; session < 40; session++)
                {
                    Fire(store, prng);
                }

                await store.WriteAsync();
            }

            Assert.Contains(store.Said, said => said.StartsWith("intruder", StringComparison.Ordinal));
        }

        using var again = new TestStore(_path);
        await again.WriteAsync();
    }

    // A session of the learner's store, until it is cut off or has nothing more to say.
    private void Fire(TestStore store, Prng prng)
    {
        var facts = new TestHandler(1, ++_boot).Introduce(new StoreId(2));
        using var stranger = new Stranger(store.Endpoint);
        Assert.True(stranger.Shake(facts));
        stranger.Send(Stranger.Frames(StoreMessage.Of(facts with { RecordedReceiver = TestStore.Incarnation })));
        for (var i = 0; i < 20; i++)
        {
            var frames = Stranger.Frames(Draw(store.Group.Status, prng, facts.Boot));
            stranger.Send(prng.NextBelow(8) switch
            {
                0 => Damages.Of(prng, frames),
                1 => Damages.Within(prng, frames),
                _ => frames,
            });
        }

        stranger.Finish();
        stranger.ReadToEnd();
    }

    private static StoreMessage Draw(GroupStatus status, Prng prng, BootId boot) => prng.NextBelow(12) switch
    {
        0 => RandomMessages.Draw(prng),
        1 => StoreMessage.Of(Forward(prng, boot)),
        2 => StoreMessage.Of(Forward(prng, boot).Refuse((RaftErrorCode)prng.NextBelow(18))),
        3 => StoreMessage.Of(new SnapshotFrame
        {
            Kind = SnapshotFrameKind.Offer,
            Group = status.Group,
            Transfer = prng.Next(),
            Message = Raft(MessageKind.Snapshot, status, prng),
            Manifest = new byte[prng.NextBelow(100)],
        }),
        4 => StoreMessage.Of(new SnapshotFrame
        {
            Kind = (SnapshotFrameKind)(2 + prng.NextBelow(4)),
            Group = status.Group,
            Transfer = (ulong)prng.NextBelow(3),
            File = prng.NextBelow(3),
            Bytes = new byte[prng.NextBelow(100)],
        }),
        _ => StoreMessage.Of(Raft((MessageKind)prng.NextBelow(15), status, prng)),
    };

    private static ForwardedProposal Forward(Prng prng, BootId boot) => new()
    {
        Group = new GroupId(1),
        Replica = new ReplicaId(1),
        Origin = new Origin(new StoreId(1), boot, prng.Next()),
        Command = new byte[prng.NextBelow(100)],
    };

    private static Message Raft(MessageKind kind, GroupStatus status, Prng prng)
    {
        var term = Near(status.Term, prng);
        var index = Near(status.LastIndex, prng);
        var entryTerm = Near(term, prng);
        return new Message
        {
            Kind = kind,
            Group = prng.NextBelow(10) == 0 ? new GroupId((ulong)prng.NextBelow(4)) : status.Group,
            From = new ReplicaId(2),
            To = new ReplicaId(1),
            Term = term,
            Index = index,
            LogTerm = Near(status.Term, prng),
            Commit = Near(status.CommitIndex, prng),
            Reject = prng.NextBelow(2) == 0,
            ConflictTerm = Near(status.Term, prng),
            ConflictIndex = Near(status.LastIndex, prng),
            Round = (ulong)prng.NextBelow(100),
            Stamp = new Instant(prng.NextBelow(3) == 0 ? (long)prng.Next() : prng.NextBelow(int.MaxValue)),
            ElectionTimeout = TimeSpan.FromMilliseconds(prng.NextBelow(1000)),
            NeedSnapshotIndex = prng.NextBelow(8) == 0 ? Near(status.LastIndex, prng) : 0,
            ConfigurationIndex = Near(status.LastIndex, prng),
            IsTransfer = prng.NextBelow(2) == 0,
            Boot = new BootId(prng.Next()),
            Snapshot = kind == MessageKind.Snapshot
                ? new SnapshotMeta(new LogId(entryTerm, index), new ConfigurationEntry(1, Members()), 0)
                : null,
            Configuration = prng.NextBelow(2) == 0 ? Members() : null,
            Entries =
            [
                .. Enumerable.Range(1, kind == MessageKind.Append ? prng.NextBelow(4) : 0).Select(i => new Entry(
                    (EntryKind)prng.NextBelow(3),
                    Math.Max(1, entryTerm),
                    index + (ulong)i,
                    0,
                    new byte[prng.NextBelow(60)])),
            ],
        };
    }

    // The learner's store wants to be understood: what it says is near what the store holds, mostly.
    private static ulong Near(ulong value, Prng prng) => prng.NextBelow(20) switch
    {
        0 => prng.Next() >> prng.NextBelow(60),
        1 or 2 => value + 1,
        3 => value + 2,
        4 => value > 0 ? value - 1 : 0,
        _ => value,
    };

    private static Configuration Members() => Configuration.Of(
        [new Member(new ReplicaId(1), new StoreId(2))], [new Member(new ReplicaId(2), new StoreId(1))]);
}
