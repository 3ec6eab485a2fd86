using Sampan.Model;
using Sampan.MultiRaft.Groups;

namespace Sampan.MultiRaft.Tests.Groups;

/// <summary>Purpose: no end of a transfer is taken for the end of another one to the same replica (I-32).</summary>
public sealed class SnapshotSendsTests
{
    private readonly SnapshotSends _sends = new();

    /// <summary>The end was on its way when the core, in a new term, asked again.</summary>
    [Fact]
    public void The_end_of_a_replaced_one_is_nobodys()
    {
        var (first, second) = (To(2), To(2));
        _sends.Begin(first);
        _sends.Begin(second);
        Assert.False(_sends.TryEnd(first));
        Assert.True(_sends.TryEnd(second));
    }

    [Fact]
    public void Each_ends_once()
    {
        var message = To(2);
        _sends.Begin(message);
        Assert.True(_sends.TryEnd(message));
        Assert.False(_sends.TryEnd(message));
    }

    [Fact]
    public void One_that_was_abandoned_is_taken_once_and_its_end_is_nobodys()
    {
        var (kept, abandoned) = (To(2), To(3));
        _sends.Begin(kept);
        _sends.Begin(abandoned);
        Assert.Equal([abandoned], _sends.TakeAbandoned(replica => replica == kept.To));
        Assert.Empty(_sends.TakeAbandoned(replica => replica == kept.To));
        Assert.False(_sends.TryEnd(abandoned));
        Assert.True(_sends.TryEnd(kept));
    }

    private static Message To(ulong replica) => new()
    {
        Kind = MessageKind.Snapshot,
        Group = new GroupId(1),
        From = new ReplicaId(1),
        To = new ReplicaId(replica),
        Term = 1,
    };
}
